/**
 * Chance that can be repeated: the same seed gives the same numbers again.
 *
 * @module
 */

/** The largest seed. */
export const MAX_SEED = 0xFFFF_FFFF;

/** A seed that nobody has chosen. */
export function anySeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}

/**
 * A source of numbers from 0 up to, but not including, 1. The generator is mulberry32, whose state is
 * the 32 bits of the seed: enough for an order of servers, and for nothing that is secret.
 *
 * @param seed a whole number from 0 to {@linkcode MAX_SEED}
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * const [one, other] = [randomFrom(7), randomFrom(7)];
 * deepEqual([one(), one()], [other(), other()]);
 * ```
 */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6D2B_79F5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
