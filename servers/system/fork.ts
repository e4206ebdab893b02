/**
 * fork(2): a child that begins as a copy of this process. Linux.
 *
 * The child has a copy of the memory, of which the system copies a page only when one of the two
 * writes to it, and the same descriptors. It has only the thread that forked. So the event loop does
 * not turn in it: it may call functions, and the C library, and then ends by {@linkcode exitNow}.
 *
 * V8 makes two demands. It must have been started with {@linkcode V8_FLAGS_TO_FORK}. And it marks its
 * memory as not to be inherited, which {@linkcode fork} takes back each time.
 *
 * @module
 */

import { cFunctions } from "./c_library.ts";
import { gatherPages } from "./gathered_pages.ts";
import { memoryRanges, type Range } from "./memory_ranges.ts";
import { checked, ERRNO } from "./system_interface.ts";
import { errnoInstead } from "./system_calls.ts";
import { giveBackStack } from "./unused_memory.ts";

/**
 * How V8 has to be started in a process that forks.
 *
 * - It has no helper threads. Nothing less will do, and it has to be given when V8 starts: a child that
 *   is forked while a helper thread collects garbage, or compiles, waits for it for ever, and V8 does
 *   not undo later what it has begun to do.
 * - It compiles functions when they are loaded, and keeps them. Otherwise each child would compile what
 *   it calls first, and have a hundred pages of memory more of its own.
 */
export const V8_FLAGS_TO_FORK = "--v8-flags=--single-threaded,--no-lazy,--no-flush-bytecode";

/**
 * More flags for a process that rehearses all that its children will do, see `rehearse_forking.ts`. A compiled
 * file has one set of flags for whatever it does, so it has to do without.
 *
 * - V8 optimizes a function when it was called some times, and at once as far as it can. Code that is not
 *   optimized counts its calls in memory of each function: a child would have forty pages more to copy, and so
 *   would its parent after each fork. What is not rehearsed, V8 would optimize in each child anew.
 * - New objects have less memory, of which a child would have a copy.
 * - `compactHeap` may collect garbage, and then moves all objects.
 */
export const V8_FLAGS_TO_REHEARSE = [
  "--no-maglev",
  "--invocation-count-for-turbofan=8",
  "--minimum-invocations-after-ic-update=5",
  "--max-semi-space-size=1",
  "--expose-gc",
  "--compact-on-every-full-gc",
].join(",");

/** <sys/mman.h> */
const MADV_DOFORK = 11;
/** <malloc.h> of the GNU C library */
const M_MXFAST = 1;
/** The memory of a process, from its second page to the kernel's half. */
const LOWEST = 0x1_0000n;
const HIGHEST = Deno.build.arch === "x86_64" ? 0x7fff_ffff_f000n : 0xffff_ffff_f000n;
/** <sys/syscall.h>, on all processors; older C libraries have no function for it. */
const SYS_CLOSE_RANGE = 436;
/** The same, with numbers of the processor. */
const [SYS_EXIT_GROUP, SYS_GETPPID] = Deno.build.arch === "x86_64" ? [231, 110] : [94, 173];
const LAST_DESCRIPTOR = 0xffff_ffff;
/** No process may have as many descriptors, /proc/sys/fs/nr_open. */
const BEYOND_ALL_DESCRIPTORS = 0x4000_0000;

const functions = cFunctions({
  madvise: { parameters: ["u64", "u64", "i32"], result: "i32" },
  fork: { parameters: [], result: "i32" },
  setpgid: { parameters: ["i32", "i32"], result: "i32" },
  getpid: { parameters: [], result: "i32" },
  malloc_trim: { parameters: ["u32"], result: "i32" },
  mallopt: { parameters: ["i32", "i32"], result: "i32" },
  getppid: { parameters: [], result: "i32" },
  syscall: { parameters: ["i32", "u32", "u32", "u32"], result: "i32" },
});

/** The memory that a child may inherit: all but what the kernel has mapped for itself, vdso(7). */
let inheritable: readonly Range[] | undefined;

/**
 * Forks.
 *
 * @returns 0 in the child, and the child's process id in the parent
 * @throws {SystemCallError} with `EAGAIN` when there may be no more processes, or `ENOMEM`
 *
 * @example
 * ```ts
 * const pid = fork();
 * if (pid === 0) exitNow(3);
 * console.log(`the child is ${pid}`);
 * ```
 */
export function fork(): number {
  const { madvise, fork } = functions();
  const ranges = inheritable ??= inheritableMemory();
  // V8 marks what it reserves later, too. So nothing may be allocated from here on: no object, no number
  // of more than 31 bits. It is ENOMEM each time, for the gaps, and is done nonetheless, madvise(2).
  for (let i = 0; i < ranges.length; i++) {
    madvise(ranges[i].address, ranges[i].sizeBytes, MADV_DOFORK);
  }
  const pid = fork();
  return pid < 0 ? checked("fork", errnoInstead()(pid)) : pid;
}

/**
 * Makes forks cheap: a fork counts each page, and the child does so again when it ends. It gives the system back
 * what malloc and the stack do not need, and puts the rest side by side, see `gathered_pages.ts`.
 *
 * V8 is better left alone now, see `close_memory.ts`.
 *
 * @example
 * ```ts
 * prepareMemoryToFork();
 * if (fork() === 0) exitNow(0);
 * ```
 */
export function prepareMemoryToFork(): void {
  const { mallopt, malloc_trim } = functions();
  // Otherwise each child would merge what is free in small pieces, and so write to all the pages around them.
  mallopt(M_MXFAST, 0);
  malloc_trim(0);
  inheritable ??= inheritableMemory(); // what is marked alike is one range
  gatherPages();
  malloc_trim(0); // the heap was copied with what is free in it
  giveBackStack();
}

/** The ranges between those for which the kernel refuses it: a refusal would end the whole call. */
function inheritableMemory(): Range[] {
  const { madvise } = functions();
  const errno = errnoInstead();
  const ranges: Range[] = [];
  let lowest = LOWEST;
  for (const { address, sizeBytes } of memoryRanges()) {
    if (address >= HIGHEST) break;
    if (errno(madvise(address, sizeBytes, MADV_DOFORK)) !== -ERRNO.EINVAL) continue;
    if (address > lowest) ranges.push({ address: lowest, sizeBytes: address - lowest });
    lowest = address + sizeBytes;
  }
  return [...ranges, { address: lowest, sizeBytes: HIGHEST - lowest }];
}

/** What {@linkcode closeAllBut} and {@linkcode exitNow} mean by this process. */
interface OwnProcess {
  /** What is added to the number of a descriptor. */
  readonly descriptorsFrom: number;
  /** The number of the system call that ends it. */
  readonly lastCall: number;
  /** Called after that. */
  ended(): never;
}

let ownProcess: OwnProcess = {
  descriptorsFrom: 0,
  lastCall: SYS_EXIT_GROUP,
  ended() {
    throw new Error("_exit has returned");
  },
};

/**
 * While this exists, {@linkcode closeAllBut} closes nothing and {@linkcode exitNow} does not end this process: for
 * one that rehearses what its children will do. Both still make a system call, which does nothing, so that V8
 * optimizes it. What it has not optimized, each child would load the code of its interpreter for.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * using _spared = new SparedProcess(() => {
 *   throw new Error("it has ended");
 * });
 * assertThrows(() => exitNow(0), Error, "it has ended");
 * ```
 */
export class SparedProcess implements Disposable {
  readonly #before = ownProcess;

  /** @param ended called where the process would have ended */
  constructor(ended: () => never) {
    ownProcess = { descriptorsFrom: BEYOND_ALL_DESCRIPTORS, lastCall: SYS_GETPPID, ended };
  }

  [Symbol.dispose](): void {
    ownProcess = this.#before;
  }
}

/**
 * Ends this process without a last word of the runtime, whose threads the child of a fork does not
 * have, _exit(2).
 *
 * @param status the exit status, 0 to 255
 *
 * @example
 * ```ts
 * if (fork() === 0) exitNow(0);
 * ```
 */
export function exitNow(status: number): never {
  functions().syscall(ownProcess.lastCall, status, 0, 0);
  return ownProcess.ended();
}

/**
 * Has a child lead a process group of its own, so that it can be ended together with the children that it
 * starts, setpgid(2). It stays in the session of its parent: Linux shares processors among sessions if the
 * autogroup feature is on, and each child that led one would get as much as its whole server, sched(7).
 *
 * @example
 * ```ts
 * if (fork() === 0) {
 *   leadGroup();
 *   exitNow(0);
 * }
 * ```
 */
export function leadGroup(): void {
  functions().setpgid(0, 0); // it fails only if this process leads a session already
}

/**
 * The id of this process, getpid(2). `Deno.pid` is that of the process in which the runtime started.
 *
 * @example
 * ```ts
 * if (fork() === 0) exitNow(ownPid() > 0 ? 0 : 1);
 * ```
 */
export function ownPid(): number {
  return functions().getpid();
}

/**
 * The id of the parent of this process, getppid(2). `Deno.ppid` is the same, and costs a child more memory.
 *
 * @example
 * ```ts
 * const parent = ownPid();
 * if (fork() === 0) exitNow(parentPid() === parent ? 0 : 1);
 * ```
 */
export function parentPid(): number {
  return functions().getppid();
}

/**
 * Closes the descriptors that a child has inherited, close_range(2).
 *
 * @param kept those that stay open, in ascending order
 * @throws {SystemCallError} when the system is older than Linux 5.9
 *
 * @example
 * ```ts
 * if (fork() === 0) {
 *   closeAllBut([0, 1, 2]);
 *   exitNow(0);
 * }
 * ```
 */
export function closeAllBut(kept: readonly number[]): void {
  const from = ownProcess.descriptorsFrom;
  let first = from;
  for (const fd of kept) {
    if (from + fd > first) closeRange(first, from + fd - 1);
    first = from + fd + 1;
  }
  closeRange(first, LAST_DESCRIPTOR);
}

/**
 * Closes nothing, and finds out whether {@linkcode closeAllBut} can: a server asks before it listens. Otherwise it
 * would accept clients, and each child would fail before it serves its own.
 *
 * @throws {SystemCallError} when the system is older than Linux 5.9, or forbids it
 *
 * @example
 * ```ts
 * checkClosing();
 * ```
 */
export function checkClosing(): void {
  closeRange(BEYOND_ALL_DESCRIPTORS, LAST_DESCRIPTOR);
}

function closeRange(first: number, last: number): void {
  checked("close_range", errnoInstead()(functions().syscall(SYS_CLOSE_RANGE, first, last, 0)));
}
