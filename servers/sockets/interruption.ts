/**
 * Signals as a blocked thread meets them. Linux.
 *
 * @module
 */

import { checked } from "./system_call_error.ts";
import { errnoInstead } from "./system_calls.ts";
import { signalNumber, signalSet } from "./spawn.ts";

/** `struct sigaction` of the GNU C library on x86-64 and arm64: handler, mask, flags, restorer. */
const SIGACTION_BYTES = 152;
/** <signal.h> */
const SIG_UNBLOCK = 1;
/** <sys/prctl.h> */
const PR_SET_PDEATHSIG = 1;

const DEFINITIONS = {
  sigaction: { parameters: ["i32", "buffer", "pointer"], result: "i32" },
  sigprocmask: { parameters: ["i32", "buffer", "pointer"], result: "i32" },
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  abs: { type: "pointer" },
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

/**
 * From now on `signal` does nothing but interrupt the call in which this thread is blocked, which then
 * fails with `EINTR`, signal(7). No JavaScript can run in a signal handler, but any function of C that
 * takes a number and harms nobody can be one: abs(3).
 *
 * @throws {SystemCallError} when the signal has no handler
 */
export function interruptBy(signal: Deno.Signal): void {
  const { symbols: c } = Deno.dlopen("libc.so.6", DEFINITIONS);
  const fail = errnoInstead(c.__errno_location());
  const action = new Uint8Array(SIGACTION_BYTES); // without SA_RESTART, that is
  new DataView(action.buffer).setBigUint64(0, BigInt(Deno.UnsafePointer.value(c.abs)), true);
  checked("sigaction", fail(c.sigaction(signalNumber(signal), action, null)));
  checked("sigprocmask", fail(c.sigprocmask(SIG_UNBLOCK, signalSet([signal]), null)));
}

/**
 * From now on this process is killed when its parent ends.
 *
 * @throws {SystemCallError} when that cannot be had
 */
export function endWithParent(): void {
  const { symbols: c } = Deno.dlopen("libc.so.6", DEFINITIONS);
  const fail = errnoInstead(c.__errno_location());
  const signal = BigInt(signalNumber("SIGKILL"));
  checked("prctl", fail(c.prctl(PR_SET_PDEATHSIG, signal, 0n, 0n, 0n)));
}
