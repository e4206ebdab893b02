/**
 * What the system has for each thread: its errno, its number, and the signals that it takes. They are
 * opened together, and by a thread that starts often as well: so it loads no more than this.
 *
 * @module
 */

import { rareFunctions } from "./c_library.ts";
import { SIG_UNBLOCK } from "./system_interface.ts";

/** The signal by which threads interrupt each other, by its number on x86-64 and arm64, signal(7). */
const SIGURG = 23;
const SIGNAL_SET_BYTES = 128;

const functions = rareFunctions({
  __errno_location: { parameters: [], result: "pointer" },
  sigprocmask: { parameters: ["i32", "buffer", "pointer"], result: "i32" },
  gettid: { parameters: [], result: "i32" },
});

let errno: Int32Array | undefined;

/**
 * The errno of this thread, in an array of one. It has a fixed place for each thread, so it is read from
 * memory: a call to ask for it might change it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(errnoOfThread().length, 1);
 * ```
 */
export function errnoOfThread(): Int32Array {
  if (errno !== undefined) return errno;
  const location = functions().__errno_location();
  if (location === null) throw new Error("the C library has no errno");
  return errno = new Int32Array(Deno.UnsafePointerView.getArrayBuffer(location, 4));
}

/**
 * From now on `interruptThread` ends the call in which this thread is blocked, if another one has called
 * `makeInterruptible`: threads share the handlers of signals, and only what they block is their own. That
 * is done in `interruption.ts`.
 *
 * @returns the number of this thread
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(makeAnotherInterruptible(), makeAnotherInterruptible()); // on the same thread
 * ```
 */
export function makeAnotherInterruptible(): number {
  const signals = new Uint8Array(SIGNAL_SET_BYTES);
  signals[(SIGURG - 1) >> 3] = 1 << ((SIGURG - 1) & 7);
  functions().sigprocmask(SIG_UNBLOCK, signals, null); // which fails for wrong arguments only
  return functions().gettid();
}
