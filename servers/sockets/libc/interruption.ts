/**
 * Signals as a blocked thread meets them. Linux.
 *
 * @module
 */

import { cFunctions } from "../../system/c_library.ts";
import { errnoInstead } from "../../system/system_calls.ts";
import { signalNumber, signalSet } from "../../system/signals.ts";
import { checked, SIG_UNBLOCK } from "../../system/system_interface.ts";
import { makeAnotherInterruptible } from "../../system/this_thread.ts";

/** `struct sigaction` of the GNU C library on x86-64 and arm64: handler, mask, flags, restorer. */
const SIGACTION_BYTES = 152;
/** <sys/prctl.h> */
const PR_SET_PDEATHSIG = 1;

/** Which a child gets when its parent ends. */
const SIGKILL = signalNumber("SIGKILL");
/** The signal by which threads interrupt each other. It has no other use here. */
const THREAD_SIGNAL = "SIGURG";

const functions = cFunctions({
  sigaction: { parameters: ["i32", "buffer", "pointer"], result: "i32" },
  // The numbers are `unsigned long`, and small: a child that is forked calls it, and a BigInt costs it memory.
  prctl: { parameters: ["i32", "u32", "u32", "u32", "u32"], result: "i32" },
  getpid: { parameters: [], result: "i32" },
  tgkill: { parameters: ["i32", "i32", "i32"], result: "i32" },
  abs: { type: "pointer" },
});

/** What a child that is forked needs, which opens no more. */
const childFunctions = cFunctions({
  sigprocmask: { parameters: ["i32", "buffer", "pointer"], result: "i32" },
});

/**
 * From now on `signal` does nothing but interrupt the call in which this thread is blocked, which then
 * fails with `EINTR`, signal(7). JavaScript cannot run in a signal handler, but any harmless function
 * of C that takes a number can be one: abs(3).
 *
 * @throws {SystemCallError} when the signal has no handler
 *
 * @example
 * ```ts
 * interruptBy("SIGUSR1"); // kill -USR1 now interrupts a blocked recv
 * ```
 */
export function interruptBy(signal: Deno.Signal): void {
  handleByInterrupting(signal);
  unblock(signalSet([signal]));
}

/**
 * {@linkcode interruptBy}, of a signal that is blocked and stays so until {@linkcode unblock}.
 *
 * @throws {SystemCallError} when the signal has no handler
 *
 * @example
 * ```ts
 * handleByInterrupting("SIGUSR1");
 * ```
 */
export function handleByInterrupting(signal: Deno.Signal): void {
  const c = functions();
  const action = new Uint8Array(SIGACTION_BYTES); // without SA_RESTART, that is
  new DataView(action.buffer).setBigUint64(0, BigInt(Deno.UnsafePointer.value(c.abs)), true);
  checked("sigaction", errnoInstead()(c.sigaction(signalNumber(signal), action, null)));
}

/**
 * Has this thread take signals, of which some may be pending.
 *
 * @param signals what `signalSet()` gives
 *
 * @example
 * ```ts
 * import { signalSet } from "../../system/signals.ts";
 * unblock(signalSet(["SIGUSR1"]));
 * ```
 */
export function unblock(signals: Uint8Array<ArrayBuffer>): void {
  // It knows no other error than a wrong argument.
  childFunctions().sigprocmask(SIG_UNBLOCK, signals, null);
}

/**
 * From now on {@linkcode interruptThread} ends the call in which this thread is blocked.
 *
 * @returns the number of this thread
 * @throws {SystemCallError} when the signal cannot have a handler
 *
 * @example
 * ```ts
 * const thread = makeInterruptible();
 * interruptThread(thread); // usually called by another thread
 * ```
 */
export function makeInterruptible(): number {
  handleByInterrupting(THREAD_SIGNAL);
  return makeAnotherInterruptible();
}

/**
 * Interrupts a thread of this process. That it has ended is no error. A thread that is just about to
 * block is not interrupted, so the caller should repeat the call.
 *
 * @param thread what {@linkcode makeInterruptible} returned there
 *
 * @example
 * ```ts
 * interruptThread(makeInterruptible());
 * ```
 */
export function interruptThread(thread: number): void {
  const c = functions();
  c.tgkill(c.getpid(), thread, signalNumber(THREAD_SIGNAL));
}

/**
 * From now on this process is killed when its parent ends.
 *
 * @throws {SystemCallError} when the system refuses
 *
 * @example
 * ```ts
 * endWithParent();
 * if (Deno.ppid === 1) Deno.exit(); // the parent had ended before that
 * ```
 */
export function endWithParent(): void {
  checked("prctl", errnoInstead()(functions().prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)));
}
