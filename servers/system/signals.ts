/**
 * Signals by number and in sets, signal(7).
 *
 * @module
 */

import { cFunctions } from "./c_library.ts";
import { checked } from "./system_interface.ts";
import { errnoInstead } from "./system_calls.ts";

const SIGNAL_SET_BYTES = 128;
/** More than `struct sigaction` has. */
const SIGACTION_BYTES = 256;
/** <signal.h> */
const SIG_IGN = 1n;

/** <sys/signalfd.h> */
const SFD_CLOEXEC = 0x8_0000;
const SFD_NONBLOCK = 0x800;
/**
 * The signals of Linux on x86-64 and arm64 in order, from 1 on, signal(7). Node has them too, but to
 * load its part of the runtime takes each thread some milliseconds.
 */
const SIGNALS: readonly string[] =
  ("SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 " +
    "SIGPIPE SIGALRM SIGTERM SIGSTKFLT SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG " +
    "SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO SIGPWR SIGSYS").split(" ");

const functions = cFunctions({
  sigaction: { parameters: ["i32", "pointer", "buffer"], result: "i32" },
  signal: { parameters: ["i32", "usize"], result: "usize" },
  signalfd: { parameters: ["i32", "buffer", "i32"], result: "i32" },
});

/** The number of a signal. */
export function signalNumber(signal: Deno.Signal): number {
  return SIGNALS.indexOf(signal) + 1;
}

/** The name of a signal. */
export function signalName(number: number): string {
  return SIGNALS[number - 1] ?? `signal ${number}`;
}

/** Whether this process ignores a signal, for example SIGHUP after nohup(1). Linux: sigaction(2). */
export function isIgnored(signal: Deno.Signal): boolean {
  const action = new BigUint64Array(SIGACTION_BYTES / 8);
  checked("sigaction", errnoInstead()(functions().sigaction(signalNumber(signal), null, action)));
  return action[0] === SIG_IGN; // the handler comes first
}

/** Has this process ignore a signal, and the programs that it starts, signal(2). */
export function ignore(signal: Deno.Signal): void {
  functions().signal(signalNumber(signal), SIG_IGN);
}

/** A set of signals, sigsetops(3): a bit for each, from signal 1 on. */
export function signalSet(signals: readonly Deno.Signal[]): Uint8Array<ArrayBuffer> {
  const set = new Uint8Array(SIGNAL_SET_BYTES);
  for (const bit of signals.map((signal) => signalNumber(signal) - 1)) {
    set[bit >> 3] |= 1 << (bit & 7);
  }
  return set;
}

/**
 * A descriptor that is readable while one of the signals is pending, signalfd(2). Reading takes it. All
 * threads of this process must block the signals, which those of the runtime do only if the process was
 * started so, see {@linkcode spawn}.
 *
 * @throws {SystemCallError} when there is no descriptor left
 */
export function signalDescriptor(signals: readonly Deno.Signal[]): number {
  const { signalfd } = functions();
  const fail = errnoInstead();
  return checked("signalfd", fail(signalfd(-1, signalSet(signals), SFD_CLOEXEC | SFD_NONBLOCK)));
}
