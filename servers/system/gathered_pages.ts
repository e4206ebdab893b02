/**
 * Pages that lie side by side. Linux since 6.1, with the GNU C library.
 *
 * fork(2) counts one more user of each page, in a record of the kernel's. The pages of a process come from all
 * over the memory of the machine, so each record has to be fetched; those of one huge page are neighbors, and
 * are counted together. A range of the process need not be as large as a huge page for that: what is small is
 * copied into huge pages, one after another, and these are cut, and the pieces take the place of what was
 * copied, at the same addresses, mremap(2).
 *
 * Nothing may be written meanwhile to what is copied: not by another thread, and not by JavaScript, all of whose
 * memory this is. So the C library copies and moves in one {@linkcode CallSequence}.
 *
 * @module
 */

import { cFunctions } from "./c_library.ts";
import { CallSequence } from "./call_sequence.ts";
import {
  HUGE_PAGE_BYTES,
  type Range,
  type ResidentRange,
  residentRanges,
} from "./memory_ranges.ts";
import { readSystemDirectory, readSystemFile } from "./proc.ts";
import { ageSeconds } from "./process_tree.ts";
import { SystemCallError } from "./system_interface.ts";

/** <sys/mman.h> */
const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const MADV_POPULATE_READ = 22;
const MADV_POPULATE_WRITE = 23;
const MADV_COLLAPSE = 25;
const MREMAP_MAYMOVE_FIXED = 3n;
/** <malloc.h> of the GNU C library */
const M_TRIM_THRESHOLD = -1;
const USUAL_TRIM_THRESHOLD_BYTES = 131_072;
const HIGHEST_TRIM_THRESHOLD_BYTES = 0x7fff_ffff;

/** Not worth a range of its own. */
const SMALLEST_BYTES = 0x1_0000n;
/** A handler of one's own may have loaded much: that stays where it is. */
const MOST_BYTES = 0x400_0000n;
/**
 * Threads of the runtime that wait for work, until ten seconds after their last. Others may wake up at any time:
 * those of V8 collect garbage.
 */
const IDLE_THREAD = "tokio-runtime-w";
const THREADS_SLEEP_SECONDS = 8;
/** How often, and after what time, it is looked again at a thread that may be about to wait. */
const LOOKS = 10;
const LOOK_AGAIN_MS = 5;
const ATTEMPTS = 3;
/** <asm/unistd.h>: in which call they wait */
const SYS_FUTEX = Deno.build.arch === "x86_64" ? 202 : 98;

const functions = cFunctions({
  mmap: { parameters: ["u64", "u64", "i32", "i32", "i32", "i64"], result: "u64" },
  munmap: { parameters: ["u64", "u64"], result: "i32" },
  madvise: { parameters: ["u64", "u64", "i32"], result: "i32" },
  mallopt: { parameters: ["i32", "i32"], result: "i32" },
});
const addresses = cFunctions({ memcpy: { type: "pointer" }, mremap: { type: "pointer" } });

/**
 * Gathers the pages of this process that a fork counts, see the module. Nothing happens where that cannot be
 * done: the system may have no huge pages, or V8 has not been started with `V8_FLAGS_TO_FORK`, so that others of
 * its threads may have something to do.
 *
 * @returns how many bytes are gathered
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * assert(gatherPages() % 4_096n === 0n);
 * ```
 */
export function gatherPages(): bigint {
  const { mallopt } = functions();
  // Until it is copied, what malloc has of the heap stays mapped.
  mallopt(M_TRIM_THRESHOLD, HIGHEST_TRIM_THRESHOLD_BYTES);
  try {
    const ranges = gatherable();
    const sizeBytes = ranges.reduce((bytes, range) => bytes + range.sizeBytes, 0n);
    const place = hugePages(sizeBytes);
    if (place === undefined) return 0n;
    const movedBytes = gather(ranges, place.address) ? sizeBytes : 0n;
    // Somebody else may have got the addresses of what has moved.
    functions().munmap(place.address + movedBytes, place.sizeBytes - movedBytes);
    return movedBytes;
  } finally {
    mallopt(M_TRIM_THRESHOLD, USUAL_TRIM_THRESHOLD_BYTES);
  }
}

/** @returns whether it has happened */
function gather(ranges: readonly Range[], place: bigint): boolean {
  try {
    return moveTogether(ranges, place);
  } catch (error) {
    if (error instanceof SystemCallError) return false; // there is no memory for the calls, or no descriptor
    throw error;
  }
}

/** @returns whether it has happened */
function moveTogether(ranges: readonly Range[], place: bigint): boolean {
  const { memcpy, mremap } = addresses();
  const [copy, move] = [memcpy, mremap].map((symbol) => Deno.UnsafePointer.value(symbol));
  let from = place;
  using sequence = new CallSequence(ranges.flatMap(({ address, sizeBytes }) => {
    const copied = { address: copy, parameters: [from, address, sizeBytes] };
    const parameters = [from, sizeBytes, sizeBytes, MREMAP_MAYMOVE_FIXED, address];
    from += sizeBytes;
    return [copied, { address: move, parameters }];
  }));
  // Last, since it makes next to no garbage: V8 may give memory back whenever it collects some.
  if (!areOthersAsleep() || !ranges.every(isReadable)) return false;
  sequence.run();
  return true;
}

/** What V8, malloc and the executable itself have written, all of which may be replaced by the same at any time. */
function gatherable(): Range[] {
  const ranges: Range[] = [];
  let bytes = 0n;
  // First those with names, of which there are few, wherever V8 has put what a handler of one's own has loaded.
  const all = residentRanges().filter(isGatherable);
  const namedFirst = all.toSorted((one, other) =>
    Number(one.name === "") - Number(other.name === "")
  );
  for (const range of namedFirst) {
    if (bytes + range.sizeBytes > MOST_BYTES) continue;
    bytes += range.sizeBytes;
    ranges.push(range);
  }
  return ranges;
}

function isGatherable({ sizeBytes, permissions, name, residentBytes }: ResidentRange): boolean {
  if (permissions !== "rw-p" || sizeBytes < SMALLEST_BYTES) return false;
  // All of what is gathered is resident from then on, and a fork would count what has never been used: most of
  // the stack of a thread, for one.
  if (2n * residentBytes < sizeBytes) return false;
  return name === "" || name === "[heap]" || name.startsWith("/");
}

/** @returns `undefined` if the system has not as many in one piece, or has no huge pages */
function hugePages(sizeBytes: bigint): Range | undefined {
  const { mmap, munmap } = functions();
  const wantedBytes = roundUp(sizeBytes);
  // As much again as the largest range may have to be mapped twice for a moment: if not, none is moved.
  const all = { sizeBytes: 2n * wantedBytes + HUGE_PAGE_BYTES };
  const address = mmap(0n, all.sizeBytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0n);
  if (BigInt.asIntN(64, address) === -1n) return undefined;
  const place = { address: roundUp(address), sizeBytes: wantedBytes };
  const end = place.address + place.sizeBytes;
  if (place.address > address) munmap(address, place.address - address);
  munmap(end, address + all.sizeBytes - end);
  for (let page = place.address; page < end; page += HUGE_PAGE_BYTES) {
    if (isMadeHuge(page)) continue;
    munmap(place.address, place.sizeBytes);
    return undefined;
  }
  return place;
}

/**
 * Has the system put a huge page where only its first byte is there. So the memory comes in one piece, and where a
 * container may have no more, it is refused: for small pages, something would be killed, and maybe this process.
 */
function isMadeHuge(page: bigint): boolean {
  const { madvise } = functions();
  madvise(page, 1n, MADV_POPULATE_WRITE);
  // The system may be about to make room for it: then it says that one may try again, madvise(2).
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (madvise(page, HUGE_PAGE_BYTES, MADV_COLLAPSE) === 0) return true;
  }
  return false;
}

/** Whether no other thread of this process can run for a while: each waits for work, proc_pid_syscall(5). */
function areOthersAsleep(): boolean {
  const seconds = ageSeconds(Deno.pid);
  // A container may tell its own uptime, as with lxcfs(1), and the processes' times by that of the machine.
  if (!(seconds >= 0 && seconds <= THREADS_SLEEP_SECONDS)) return false;
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (let look = 1; !doOthersWait(); look++) {
    if (look === LOOKS) return false;
    Atomics.wait(clock, 0, 0, LOOK_AGAIN_MS);
  }
  return true;
}

function doOthersWait(): boolean {
  // The id of the first thread: older C libraries cannot tell that of another, where this would then see itself run.
  const own = String(Deno.pid);
  const others = readSystemDirectory("/proc/self/task").filter((id) => /\d/.test(id) && id !== own);
  return others.every((id) => {
    const path = `/proc/self/task/${id}`;
    const isIdle = readSystemFile(`${path}/comm`).startsWith(IDLE_THREAD);
    return isIdle && readSystemFile(`${path}/syscall`).startsWith(`${SYS_FUTEX} `);
  });
}

/** Whether all of it is mapped, and may be read: the system is told to do so, madvise(2). */
function isReadable({ address, sizeBytes }: Range): boolean {
  return functions().madvise(address, sizeBytes, MADV_POPULATE_READ) === 0;
}

function roundUp(address: bigint): bigint {
  return (address + HUGE_PAGE_BYTES - 1n) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
}
