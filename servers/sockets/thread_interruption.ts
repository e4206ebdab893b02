/**
 * Calling a thread out of the system's call in which it is blocked. Linux.
 *
 * The signal is `SIGURG`, which nobody here uses for anything else, and which is ignored where it has
 * no handler.
 *
 * @module
 */

import { checked } from "./system_call_error.ts";
import { errnoInstead } from "./system_calls.ts";

/** <signal.h>, on x86-64 and arm64 */
const SIGURG = 23;
/** `struct sigaction` of the GNU C library: handler, mask, flags, restorer. */
const SIGACTION_BYTES = 152;

const DEFINITIONS = {
  sigaction: { parameters: ["i32", "buffer", "pointer"], result: "i32" },
  gettid: { parameters: [], result: "i32" },
  getpid: { parameters: [], result: "i32" },
  tgkill: { parameters: ["i32", "i32", "i32"], result: "i32" },
  abs: { type: "pointer" },
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

let library: Deno.DynamicLibrary<typeof DEFINITIONS> | undefined;

function symbols() {
  library ??= Deno.dlopen("libc.so.6", DEFINITIONS);
  return library.symbols;
}

/**
 * From now on {@linkcode interruptThread} ends the call in which this thread is blocked, with `EINTR`,
 * signal(7). No JavaScript can run in a signal handler, but any function of C that takes a number and
 * harms nobody can be one: abs(3).
 *
 * @returns the number of this thread
 * @throws {SystemCallError} when the signal cannot have a handler
 */
export function makeInterruptible(): number {
  const c = symbols();
  const action = new Uint8Array(SIGACTION_BYTES); // without SA_RESTART, that is
  new DataView(action.buffer).setBigUint64(0, BigInt(Deno.UnsafePointer.value(c.abs)), true);
  const fail = errnoInstead(c.__errno_location());
  checked("sigaction", fail(c.sigaction(SIGURG, action, null)));
  return c.gettid();
}

/**
 * Interrupts a thread of this process. One that has ended is no error. A thread that is just about to
 * block is not interrupted, so whoever means it does it again.
 */
export function interruptThread(thread: number): void {
  const c = symbols();
  c.tgkill(c.getpid(), thread, SIGURG);
}
