/**
 * The counters that the engine writes and everybody else reads, in memory that both see.
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
  /** Returns of the readiness call, the sockets it looked at, and those it found ready. */
  wakeUps: 9,
  scanned: 10,
  ready: 11,
  /** Calls of the system's through the C library; 0 where the runtime makes them. */
  systemCalls: 12,
} as const;

/** A reading of all counters. */
export type Counters = Record<keyof typeof COUNTER, number>;

/** Memory for one set of counters. */
export function createStatsMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(Object.keys(COUNTER).length * Float64Array.BYTES_PER_ELEMENT);
}

/**
 * The counters as an array, to be indexed with {@linkcode COUNTER}. One thread writes it with plain
 * stores; a reader may see one counter a moment before another, but never half a number.
 */
export function openCounters(memory: SharedArrayBuffer): Float64Array {
  return new Float64Array(memory);
}

/** Reads all counters. */
export function readCounters(memory: SharedArrayBuffer): Counters {
  const values = openCounters(memory);
  const entries = Object.entries(COUNTER).map(([name, index]) => [name, values[index]]);
  return Object.fromEntries(entries) as Counters; // fromEntries forgets the names
}
