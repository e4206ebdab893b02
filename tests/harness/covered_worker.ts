/**
 * Writes how often each function of a server's Worker was called, in the form of V8's coverage, into
 * the file that `COVERAGE_FILE` names. `deno run --preload` of this file has the main thread start its
 * Workers through it. `deno run --coverage` loses what a Worker has not written when it is ended.
 *
 * @module
 */

import { Session } from "node:inspector";

if ("WorkerGlobalScope" in globalThis) {
  await runCovered(new URL(import.meta.url).searchParams.get("module") ?? "");
} else {
  startWorkersCovered();
}

/** Workers that are made from now on run this file, which runs theirs. */
function startWorkersCovered(): void {
  globalThis.Worker = class extends Worker {
    constructor(module: string | URL, options?: WorkerOptions) {
      const covered = new URL(import.meta.url);
      covered.searchParams.set("module", String(module));
      super(covered, options);
    }
  };
}

async function runCovered(module: string): Promise<void> {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  const post = globalThis.postMessage.bind(globalThis);
  globalThis.postMessage = (message: { readonly kind: string }) => {
    if (message.kind !== "stopped") return post(message);
    // It is the last message of a server: then its Worker is ended.
    session.post("Profiler.takePreciseCoverage", (error: unknown, coverage: unknown) => {
      if (!error) Deno.writeTextFileSync(Deno.env.get("COVERAGE_FILE")!, JSON.stringify(coverage));
      post(message);
    });
  };
  const early: Event[] = []; // messages that come before the module has its own listener
  const hear = (event: Event) => {
    if (!Reflect.get(globalThis, "onmessage")) early.push(event);
  };
  globalThis.addEventListener("message", hear);
  await import(module);
  globalThis.removeEventListener("message", hear);
  for (const { data } of early as MessageEvent[]) {
    globalThis.dispatchEvent(new MessageEvent("message", { data }));
  }
}
