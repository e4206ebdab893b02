/**
 * Counters written by the serving thread and read by any other, in memory that both see.
 *
 * @module
 */

/** The place of each counter in the array. */
export const COUNTER = {
  accepted: 0,
  active: 1,
  closed: 2,
  refused: 3,
  resets: 4,
  bytesIn: 5,
  bytesOut: 6,
  recvs: 7,
  sends: 8,
  /**
   * Returns of the readiness call, the sockets it looked at, and those it found ready. The same of the
   * rounds of a server that polls, if it is watched.
   */
  wakeUps: 9,
  scanned: 10,
  ready: 11,
  /** System calls through the C library; 0 where the runtime makes them. */
  systemCalls: 12,
  /** Messages for which no reader of the trace had room. */
  untracedRecvs: 13,
  untracedSends: 14,
  /** Clients that were turned away because a queue was full. */
  shed: 15,
} as const;

/** Numbers in a block: 128 bytes, so that no two threads write into the same cache lines. */
export const BLOCK_LENGTH = 16;

/** The size in bytes of `blocks` blocks of counters. */
export function statsBytes(blocks: number): number {
  return blocks * BLOCK_LENGTH * Float64Array.BYTES_PER_ELEMENT;
}

/** Memory for the counters of threads or processes, each of which has a block of its own. */
export function createStatsMemory(blocks = 1): SharedArrayBuffer {
  return new SharedArrayBuffer(statsBytes(blocks));
}

/**
 * A block of counters as an array, to be indexed with {@linkcode COUNTER}. One thread at a time writes
 * it with plain stores, and the next one goes on from there; a reader may see one counter a moment
 * before another, but never half a number.
 */
export function openCounters(memory: ArrayBufferLike, block = 0): Float64Array {
  return new Float64Array(memory, statsBytes(block), BLOCK_LENGTH);
}
