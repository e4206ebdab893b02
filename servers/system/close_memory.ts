/**
 * Memory that lies close together. Linux, and V8 without helper threads.
 *
 * fork(2) copies no memory, but the tables that say where each page is. A table stands for two megabytes, and
 * there are tables of tables. V8 asks for each quarter of a megabyte at an address of its own choice, at random
 * among 64 terabytes: so each has three tables, of which a child gets a copy and has to free it. Close together,
 * eight of them share one.
 *
 * @module
 */

import { cFunctions } from "./c_library.ts";
import { HUGE_PAGE_BYTES, memoryRanges, type Range } from "./memory_ranges.ts";
import { ERRNO } from "./system_interface.ts";
import { errnoInstead } from "./system_calls.ts";

/** <sys/mman.h> */
const PROT_NONE = 0;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const MAP_NORESERVE = 0x4000;
const MAP_FIXED_NOREPLACE = 0x10_0000;

/** Where V8 chooses addresses: its random numbers have 46 bits. The system maps what is left to it above. */
const HIGHEST = 0x4000_0000_0000n;
/** The system lets nobody have what is below, /proc/sys/vm/mmap_min_addr. */
const LOWEST = 0x10_0000n;

/** Enough for what V8 takes meanwhile, which is less each time. */
const ROUNDS = 10;

const functions = cFunctions({
  mmap: { parameters: ["u64", "u64", "i32", "i32", "i32", "i64"], result: "u64" },
  munmap: { parameters: ["u64", "u64"], result: "i32" },
});

/** `gc`, which V8 has with `--expose-gc`. */
type CollectGarbage = (
  options: { type: "major"; flavor: "last-resort" } | { type: "minor" },
) => void;

/**
 * While this exists, V8 gets no memory where it would choose it: each of its wishes is occupied, and then the
 * system takes the next free place, mmap(2). What is occupied takes no memory.
 *
 * @example
 * ```ts
 * using _gaps = new OccupiedGaps();
 * compactHeap();
 * ```
 */
export class OccupiedGaps implements Disposable {
  readonly #occupied: Range[] = [];

  constructor() {
    // What one finds out of the memory is old soon: V8 takes some for that. So it is found out again.
    for (let round = 0; round < ROUNDS && this.#occupyAll(); round++);
  }

  /** @returns whether there is more to occupy */
  #occupyAll(): boolean {
    // Who may not have the largest may have a limit, RLIMIT_AS, which the others would use up.
    const gaps = unwanted().sort((one, other) => other.sizeBytes > one.sizeBytes ? 1 : -1);
    for (const gap of gaps) {
      const result = occupy(gap);
      if (result === "refused") return false;
      if (result === "occupied") this.#occupied.push(gap);
    }
    return gaps.length > 0;
  }

  [Symbol.dispose](): void {
    const { munmap } = functions();
    for (const { address, sizeBytes } of this.#occupied) munmap(address, sizeBytes);
  }
}

/**
 * Moves all objects to new memory, and gives back the old. It does nothing without the flags of
 * `V8_FLAGS_TO_REHEARSE`.
 *
 * V8 then knows less of the code that it has optimized, and has not swept all that was left over: it is done
 * before the code is rehearsed.
 */
export function compactHeap(): void {
  const collect = garbageCollector();
  if (collect === undefined) return;
  // The first one moves them into memory that V8 has kept in stock, too, and gives that back at its end.
  for (let time = 0; time < 2; time++) collect({ type: "major", flavor: "last-resort" });
}

/**
 * Collects what is left of new objects, and moves the others to the old ones: the memory for new objects is empty
 * then. Each child of a fork has a copy of it, and would have to collect for itself where it is nearly full. It
 * does nothing without the flags of `V8_FLAGS_TO_REHEARSE`.
 *
 * @example
 * ```ts
 * collectNewObjects();
 * ```
 */
export function collectNewObjects(): void {
  const collect = garbageCollector();
  // Only what has been there twice is moved.
  for (let time = 0; time < 2; time++) collect?.({ type: "minor" });
}

function garbageCollector(): CollectGarbage | undefined {
  return Reflect.get(globalThis, "gc");
}

/** All that V8 chooses from, and the end of the place from which the system takes, as far as it is no huge page. */
function unwanted(): Range[] {
  const chosen: Range[] = [];
  let place: Range = { address: 0n, sizeBytes: 0n };
  let lowest = LOWEST;
  for (const { address: next, sizeBytes } of memoryRanges()) {
    const end = lowest < HIGHEST && next > HIGHEST ? HIGHEST : next;
    const gap = { address: lowest, sizeBytes: end - lowest };
    if (end <= HIGHEST && gap.sizeBytes > 0n) chosen.push(gap);
    if (next > HIGHEST && next - lowest > place.sizeBytes) {
      place = { address: lowest, sizeBytes: next - lowest };
    }
    lowest = next + sizeBytes;
  }
  const end = place.address + place.sizeBytes;
  const address = end / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
  return end > address ? [...chosen, { address, sizeBytes: end - address }] : chosen;
}

/** Somebody else may have been there first; and there may be a limit, above which the system refuses all. */
function occupy({ address, sizeBytes }: Range): "occupied" | "taken" | "refused" {
  const { mmap, munmap } = functions();
  const errno = errnoInstead();
  const flags = MAP_PRIVATE_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
  const mapped = BigInt.asIntN(64, mmap(address, sizeBytes, PROT_NONE, flags, -1, 0n));
  if (mapped === address) return "occupied";
  if (mapped === -1n) return errno(-1) === -ERRNO.EEXIST ? "taken" : "refused";
  munmap(mapped, sizeBytes); // before Linux 4.17, the address is but a wish
  return "taken";
}
