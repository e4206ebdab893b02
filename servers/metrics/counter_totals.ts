/**
 * How the counters are read. The threads that only count load nothing of it.
 *
 * @module
 */

import { BLOCK_LENGTH, COUNTER } from "./counters.ts";

/** A reading of all counters. */
export type Counters = Record<keyof typeof COUNTER, number>;

/** Reads all counters: the sums over all blocks. */
export function readCounters(memory: ArrayBufferLike): Counters {
  const values = new Float64Array(memory);
  const sums = new Float64Array(BLOCK_LENGTH);
  for (let i = 0; i < values.length; i++) sums[i % BLOCK_LENGTH] += values[i];
  const entries = Object.entries(COUNTER).map(([name, index]) => [name, sums[index]]);
  return Object.fromEntries(entries) as Counters; // fromEntries forgets the names
}

/** How many records of messages each block's writer has left out so far. */
export function readLeftOut(memory: ArrayBufferLike): number[] {
  const { untracedRecvs, untracedSends } = COUNTER;
  const values = new Float64Array(memory);
  const leftOut: number[] = [];
  for (let at = 0; at < values.length; at += BLOCK_LENGTH) {
    leftOut.push(values[at + untracedRecvs] + values[at + untracedSends]);
  }
  return leftOut;
}
