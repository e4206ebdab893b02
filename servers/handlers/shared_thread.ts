import nodeProcess from "node:process";

/**
 * Takes from this thread what would end it, or speak in its name, before the code of a handler runs in
 * it: the thread would be gone without a word, with its client or with all clients. What is called
 * nevertheless fails, and so that client ends that it was called for.
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
