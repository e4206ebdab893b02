/**
 * How a thread of a server takes the signal by which others interrupt it. Its handler is the process's,
 * and the server's first thread has set that, see `interruption.ts`: so a thread that starts often loads
 * no more than this.
 *
 * @module
 */

import { rareFunctions } from "../../system/c_library.ts";
import { SIG_UNBLOCK } from "../../system/system_interface.ts";

/** The signal by which threads interrupt each other, by its number on x86-64 and arm64, signal(7). */
const SIGURG = 23;
const SIGNAL_SET_BYTES = 128;

const functions = rareFunctions({
  sigprocmask: { parameters: ["i32", "buffer", "pointer"], result: "i32" },
  gettid: { parameters: [], result: "i32" },
});

/**
 * From now on `interruptThread` ends the call in which this thread is blocked, if another one has called
 * `makeInterruptible`: threads share the handlers of signals, and only what they block is their own.
 *
 * @returns the number of this thread
 *
 * @example
 * ```ts
 * import { interruptThread, makeInterruptible } from "./interruption.ts";
 * makeInterruptible(); // usually called by another thread
 * interruptThread(makeAnotherInterruptible());
 * ```
 */
export function makeAnotherInterruptible(): number {
  const signals = new Uint8Array(SIGNAL_SET_BYTES);
  signals[(SIGURG - 1) >> 3] = 1 << ((SIGURG - 1) & 7);
  functions().sigprocmask(SIG_UNBLOCK, signals, null); // which fails for wrong arguments only
  return functions().gettid();
}
