import nodeProcess from "node:process";

/**
 * Makes the calls that end this thread, or post messages in its name, throw from now on. Call it
 * before the code of a user's handler runs: `Deno.exit()` in a handler would end the thread without a
 * word, with its client or with all clients. Now it ends only the client whose handler called it.
 *
 * @example
 * ```ts ignore
 * shareWithHandler(); // not in a test: it would change the thread of all tests
 * Deno.exit(); // Error: a handler may not call Deno.exit(): it shares its thread with the server
 * ```
 */
export function shareWithHandler(): void {
  forbid(Deno, "exit", "Deno.exit()");
  forbid(nodeProcess, "exit", "process.exit()");
  forbid(nodeProcess, "reallyExit", "process.reallyExit()");
  forbid(nodeProcess, "abort", "process.abort()");
  forbid(self, "close", "self.close()");
  forbid(self, "postMessage", "self.postMessage()");
}

function forbid(owner: object, name: string, shown: string): void {
  Object.defineProperty(owner, name, {
    value() {
      throw new Error(`a handler may not call ${shown}: it shares its thread with the server`);
    },
  });
}
