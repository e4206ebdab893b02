/**
 * Child processes as the system starts and ends them: posix_spawn(3), waitpid(2), kill(2). Linux.
 *
 * `Deno.Command` gives a child pipes; these can be given any descriptor, such as a client's socket.
 *
 * @module
 */

import { cFunctions, cString } from "./c_library.ts";
import { signalName, signalNumber, signalSet } from "./signals.ts";
import { ERRNO, SystemCallError } from "./system_interface.ts";

/** Sizes in the GNU C library, the same on x86-64 and arm64. */
const FILE_ACTIONS_BYTES = 80;
const ATTRIBUTES_BYTES = 336;
const POINTER_BYTES = 8;

/** <spawn.h> */
const POSIX_SPAWN_SETPGROUP = 0x02;
const POSIX_SPAWN_SETSIGDEF = 0x04;
const POSIX_SPAWN_SETSIGMASK = 0x08;
const POSIX_SPAWN_SETSID = 0x80;
/** <sys/wait.h> */
const WNOHANG = 1;
const ANY_CHILD = -1;

/** Opened when the first program is started: most processes start none, and to open one takes its time. */
const spawning = cFunctions({
  posix_spawnp: {
    parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  posix_spawn_file_actions_init: { parameters: ["buffer"], result: "i32" },
  posix_spawn_file_actions_destroy: { parameters: ["buffer"], result: "i32" },
  posix_spawn_file_actions_adddup2: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  posix_spawnattr_init: { parameters: ["buffer"], result: "i32" },
  posix_spawnattr_destroy: { parameters: ["buffer"], result: "i32" },
  posix_spawnattr_setflags: { parameters: ["buffer", "i16"], result: "i32" },
  posix_spawnattr_setsigmask: { parameters: ["buffer", "buffer"], result: "i32" },
  posix_spawnattr_setsigdefault: { parameters: ["buffer", "buffer"], result: "i32" },
  environ: { type: "pointer" },
});

const c = cFunctions({
  waitpid: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  kill: { parameters: ["i32", "i32"], result: "i32" },
});

/** What a child is started with. */
export interface Spawning {
  /** The program, looked for in the PATH if it has no slash, and its arguments. */
  readonly command: readonly string[];
  /**
   * The child's descriptors from 0 on, each a copy of one of this process. The child gets no others,
   * provided that they are close-on-exec. With `undefined` it inherits the descriptor of that number.
   */
  readonly descriptors: readonly (number | undefined)[];
  /** Variables, `NAME=value`, that it has beside those of this process, or in their place. */
  readonly environment?: readonly string[];
  /** Signals that stay pending in the child until it unblocks them, sigprocmask(2). */
  readonly blockedSignals?: readonly Deno.Signal[];
  /**
   * Whether it leads a process group only, and no session. For processes without a terminal, see
   * `leadGroup()` of `fork.ts`.
   */
  readonly staysInSession?: boolean;
}

/** How a process has ended. `code` is 128 + the signal's number if a signal ended it. */
export interface ProcessEnd {
  readonly code: number;
  readonly signal: string | null;
}

/**
 * Starts a program in a session of its own, if it is not told otherwise: Ctrl-C at the terminal does not
 * reach it.
 *
 * @returns its process id; it stays a zombie until {@linkcode endOf} has reported its end
 * @throws {SystemCallError} when it cannot be started
 */
export function spawn(
  { command, descriptors, environment = [], blockedSignals = [], staysInSession = false }: Spawning,
): number {
  const actions = new Uint8Array(FILE_ACTIONS_BYTES);
  const attributes = new Uint8Array(ATTRIBUTES_BYTES);
  checkNumber(spawning().posix_spawn_file_actions_init(actions));
  checkNumber(spawning().posix_spawnattr_init(attributes));
  try {
    descriptors.forEach((own, childs) => {
      if (own === undefined) return;
      checkNumber(spawning().posix_spawn_file_actions_adddup2(actions, own, childs));
    });
    setAttributes(attributes, blockedSignals, staysInSession);
    const pid = new Int32Array(1);
    const envp = vectorOf(environment, ownVariables(environment));
    const start = (words: readonly string[]) => {
      const [program, argv] = [cString(words[0]), vectorOf(words)];
      return spawning().posix_spawnp(pid, program, actions, attributes, argv, envp);
    };
    let errno = start(command);
    // A script that does not say what is to run it is for the shell, as execvp(3) has it.
    if (errno === ERRNO.ENOEXEC) errno = start(["/bin/sh", "-c", 'exec "$0" "$@"', ...command]);
    checkNumber(errno);
    return pid[0];
  } finally {
    spawning().posix_spawn_file_actions_destroy(actions);
    spawning().posix_spawnattr_destroy(attributes);
  }
}

/** How the child has ended, or `undefined` while it runs. Reporting its end frees its process id. */
export function endOf(pid: number): ProcessEnd | undefined {
  const { pid: ended, ...end } = waitFor(pid, WNOHANG);
  if (ended === 0) return undefined;
  // Another caller has waited for this child already, and knows how it ended.
  return ended < 0 ? { code: 0, signal: null } : end;
}

/** Blocks until the child has ended, and frees its process id. */
export function waitForEndOf(pid: number): ProcessEnd {
  for (;;) {
    const { pid: ended, ...end } = waitFor(pid, 0);
    if (ended === pid) return end;
  }
}

/** A child of this process that has ended, whichever; `undefined` when there is none. */
export function anyEnd(): ProcessEnd & { readonly pid: number } | undefined {
  const end = waitFor(ANY_CHILD, WNOHANG);
  return end.pid > 0 ? end : undefined;
}

/** Where waitpid(2) says how a child has ended. */
const status = new Int32Array(1);

/** waitpid(2). `pid` is its result: that of the child that has ended, or what it says of none. */
function waitFor(pid: number, options: number): ProcessEnd & { readonly pid: number } {
  const ended = c().waitpid(pid, status, options);
  // The macros of wait(2).
  const signal = status[0] & 0x7f;
  if (signal === 0) return { pid: ended, code: status[0] >> 8 & 0xff, signal: null };
  return { pid: ended, code: 128 + signal, signal: signalName(signal) };
}

/** Sends a signal to a process, or with `-pid` to its group. @returns false when there is none */
export function sendSignal(pid: number, signal: Deno.Signal): boolean {
  return c().kill(pid, signalNumber(signal)) === 0;
}

function setAttributes(
  attributes: BufferSource,
  blocked: readonly Deno.Signal[],
  staysInSession: boolean,
): void {
  checkNumber(spawning().posix_spawnattr_setsigmask(attributes, signalSet(blocked)));
  // The runtime ignores SIGPIPE, and what is ignored would stay so in the child, execve(2).
  checkNumber(spawning().posix_spawnattr_setsigdefault(attributes, signalSet(["SIGPIPE"])));
  const leads = staysInSession ? POSIX_SPAWN_SETPGROUP : POSIX_SPAWN_SETSID;
  const flags = leads | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  checkNumber(spawning().posix_spawnattr_setflags(attributes, flags));
}

/**
 * `argv` or `envp`: addresses, ended by 0, and behind them in the same memory what the first of them are the
 * addresses of. So nothing is collected during the call to which it is passed.
 *
 * @param more addresses of what is elsewhere
 */
function vectorOf(words: readonly string[], more: readonly bigint[] = []): Uint8Array<ArrayBuffer> {
  const strings = words.map(cString);
  const vectorBytes = (words.length + more.length + 1) * BigUint64Array.BYTES_PER_ELEMENT;
  const size = strings.reduce((sum, { length }) => sum + length, vectorBytes);
  const memory = new ArrayBuffer(size);
  const bytes = new Uint8Array(memory);
  const vector = new BigUint64Array(memory, 0, words.length + more.length + 1);
  const address = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));
  let at = vectorBytes;
  strings.forEach((string, index) => {
    vector[index] = address + BigInt(at);
    bytes.set(string, at);
    at += string.length;
  });
  vector.set(more, words.length);
  return bytes;
}

/** The addresses of the variables of this process, environ(7), but for those with the names of `replaced`. */
function ownVariables(replaced: readonly string[]): bigint[] {
  const names = replaced.map((variable) => variable.slice(0, variable.indexOf("=") + 1));
  const place = spawning().environ;
  const variables = place && new Deno.UnsafePointerView(place).getPointer();
  if (variables === null) return [];
  const vector = new Deno.UnsafePointerView(variables);
  const addresses: bigint[] = [];
  for (let at = 0, variable; (variable = vector.getPointer(at)) !== null; at += POINTER_BYTES) {
    const text = names.length > 0 ? Deno.UnsafePointerView.getCString(variable) : "";
    if (names.some((name) => text.startsWith(name))) continue;
    addresses.push(BigInt(Deno.UnsafePointer.value(variable)));
  }
  return addresses;
}

/** posix_spawn(3) and its kin give the error itself, and leave errno alone. */
function checkNumber(errno: number): void {
  if (errno !== 0) throw new SystemCallError("posix_spawn", errno);
}
