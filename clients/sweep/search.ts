/**
 * The search for the rate at which a server breaks.
 *
 * @module
 */

/** What a rate came to. */
export interface Trial {
  /** Messages per second that were asked for. */
  readonly rate: number;
  /** Whether the server kept up with it. */
  readonly isHeld: boolean;
  /** Whether it did not, and no other rate need be tried: the server is gone. */
  readonly isLast?: boolean;
}

/** Between which rates it is searched, and how exactly. */
export interface SearchRange {
  /** The first rate that is tried. */
  readonly from: number;
  /** No rate below is tried: no message would be due while it is. */
  readonly lowest: number;
  /** No rate above is tried. */
  readonly to: number;
  /** The search ends when the lowest rate that broke is this fraction above the highest that held. */
  readonly precision: number;
}

/** What was found; a rate that was not found is missing. */
export interface Found {
  /** The highest rate that held, below all that broke. */
  readonly held?: number;
  /** The lowest rate that broke. */
  readonly broken?: number;
}

/** How often a rate is tried before it counts as broken. */
const TRIES = 3;

/**
 * Doubles the rate until one breaks, and halves what lies between that and the last that held.
 *
 * A rate breaks if it breaks {@linkcode TRIES} times in a row: that the machine was busy with something
 * else for a moment is no property of the server. If the first rate breaks, lower ones are tried.
 *
 * @param run tries a rate; `undefined` ends the search early
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 *
 * const run = (rate: number) => Promise.resolve({ rate, isHeld: rate <= 300 });
 * const found = await searchLimit({ from: 100, lowest: 1, to: 1_000, precision: 0.5 }, run);
 * deepEqual(found, { held: 283, broken: 400 });
 * ```
 */
export async function searchLimit(
  range: SearchRange,
  run: (rate: number) => Promise<Trial | undefined>,
): Promise<Found> {
  let held: number | undefined;
  let broken: number | undefined;
  for (let rate: number | undefined = Math.min(range.from, range.to); rate !== undefined;) {
    let trial = await run(rate);
    for (let tries = 1; trial?.isHeld === false && !trial.isLast && tries < TRIES; tries++) {
      trial = await run(rate);
    }
    if (trial === undefined) break;
    if (trial.isHeld) held = rate;
    else broken = rate;
    if (trial.isLast) break;
    rate = nextRate(held, broken, range);
  }
  return { ...held === undefined ? {} : { held }, ...broken === undefined ? {} : { broken } };
}

function nextRate(
  held: number | undefined,
  broken: number | undefined,
  { lowest, to, precision }: SearchRange,
): number | undefined {
  if (broken === undefined) {
    return held === undefined || held >= to ? undefined : Math.min(to, held * 2);
  }
  if (held === undefined) {
    return broken <= lowest ? undefined : Math.max(lowest, Math.floor(broken / 2));
  }
  const middle = Math.round(Math.sqrt(held * broken));
  const isExact = broken / held <= 1 + precision || middle <= held || middle >= broken;
  return isExact ? undefined : middle;
}
