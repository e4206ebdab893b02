/**
 * Occupies all memory from which V8 chooses, again and again, while it takes some: a process of its own, because V8
 * has to be started for it. Prints how many bytes were left each time.
 *
 * @module
 */

import { OccupiedGaps } from "../../../servers/system/close_memory.ts";
import { memoryRanges } from "../../../servers/system/memory_ranges.ts";

/** V8 chooses addresses of 46 bits; the system gives nobody the lowest. */
const [LOWEST, HIGHEST] = [0x10_0000n, 0x4000_0000_0000n];
const ROUNDS = 20;
const OBJECTS = 20_000;

const left: number[] = [];
const kept: unknown[] = [];
while (left.length < ROUNDS) {
  kept.push(Array.from({ length: OBJECTS }, (_, number) => ({ number }))); // V8 needs more each time
  using _gaps = new OccupiedGaps();
  left.push(Number(bytesLeft()));
}
console.log(JSON.stringify(left));

function bytesLeft(): bigint {
  let [bytes, lowest] = [0n, LOWEST];
  for (const { address, sizeBytes } of memoryRanges()) {
    if (address >= HIGHEST) break;
    bytes += address - lowest;
    lowest = address + sizeBytes;
  }
  return bytes + (lowest < HIGHEST ? HIGHEST - lowest : 0n);
}
