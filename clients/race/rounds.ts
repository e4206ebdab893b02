/**
 * How far the median of a few rounds can be trusted, by bootstrap: a race of as many rounds is drawn
 * again and again from those that were run, and the medians of these races lie as far apart as the
 * median of another race would.
 *
 * @module
 */

import { median, sampleWithReplacement } from "simple-statistics";
import { randomFrom } from "./random.ts";

/** From where to where. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** How many races are drawn. */
const RESAMPLES = 2_000;
/** The same rounds get the same interval, whenever they are judged. */
const SEED = 1;

/** The median of a resampled race, as the ranks of the one or two rounds in its middle. */
type MiddleRanks = readonly [lower: number, upper: number];

/** The ranks in the middle depend only on how many rounds there are, so they are drawn once. */
const middleRanks = new Map<number, readonly MiddleRanks[]>();

/** The values of one figure of one server, a value for each round. */
export class Rounds {
  readonly median: number;
  readonly count: number;
  /** The medians of the resampled races, in ascending order. */
  readonly #medians: Float64Array;

  /**
   * @param values at least one
   * @example
   * ```ts
   * import { equal } from "node:assert/strict";
   * equal(new Rounds([3, 1, 2]).median, 2);
   * ```
   */
  constructor(values: readonly number[]) {
    const sorted = values.toSorted((a, b) => a - b);
    this.median = median(sorted);
    this.count = sorted.length;
    this.#medians = Float64Array.from(
      middleRanksOf(sorted.length),
      ([lower, upper]) => (sorted[lower] + sorted[upper]) / 2,
    ).sort();
  }

  /**
   * Where the median of another race lies, but for one race in so many.
   *
   * @param level the part of the races in which it lies outside, such as 0.05
   * @example
   * ```ts
   * import { deepEqual } from "node:assert/strict";
   * deepEqual(new Rounds([5, 5, 5, 5]).interval(0.05), { low: 5, high: 5 });
   * ```
   */
  interval(level: number): Interval {
    const beyond = this.#beyond(level);
    return { low: this.#medians[beyond], high: this.#medians[RESAMPLES - 1 - beyond] };
  }

  /**
   * The lowest level at which the intervals of two servers are apart; 1 if they are apart at none. It is
   * never below how seldom all rounds of one of two equal servers come out better than all rounds of
   * the other, since the intervals of few rounds say no more than that.
   *
   * @example
   * ```ts
   * import { equal } from "node:assert/strict";
   * const [slow, fast] = [new Rounds([1, 2, 3, 4]), new Rounds([5, 6, 7, 8])];
   * equal(slow.partsFrom(fast), 2 / 70);
   * equal(slow.partsFrom(slow), 1);
   * ```
   */
  partsFrom(other: Rounds): number {
    const [less, more] = this.median < other.median ? [this, other] : [other, this];
    const isApartAt = (beyond: number) =>
      more.#medians[beyond] > less.#medians[RESAMPLES - 1 - beyond];
    let [low, high] = [0, RESAMPLES / 2];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (isApartAt(middle)) high = middle;
      else low = middle + 1;
    }
    if (low === RESAMPLES / 2) return 1;
    return Math.max(lowestLevel(this.count, other.count), low * 2 / RESAMPLES);
  }

  #beyond(level: number): number {
    // Rounding must not cut off the last one of what partsFrom() has found.
    return Math.min(RESAMPLES / 2 - 1, Math.floor(level / 2 * RESAMPLES + 1e-6));
  }
}

/**
 * How often all rounds of one of two equal servers come out better than all rounds of the other: 2 of
 * the orders in which that many rounds can come out. No verdict on so few rounds is wrong less often.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(lowestLevel(3, 3), 0.1);
 * ```
 */
export function lowestLevel(one: number, other: number): number {
  let level = 2;
  for (let i = 1; i <= other; i++) level *= i / (one + i);
  return level;
}

function middleRanksOf(count: number): readonly MiddleRanks[] {
  let ranks = middleRanks.get(count);
  if (ranks === undefined) {
    ranks = drawMiddleRanks(count);
    middleRanks.set(count, ranks);
  }
  return ranks;
}

/** Those of all resampled races, nearly in the order of their medians, which sorts faster. */
function drawMiddleRanks(count: number): MiddleRanks[] {
  const random = randomFrom(SEED);
  const all = Array.from({ length: count }, (_, rank) => rank);
  const drawn = Array.from({ length: RESAMPLES }, (): MiddleRanks => {
    const ranks = sampleWithReplacement(all, count, random).sort((a, b) => a - b);
    return [ranks[(count - 1) >> 1], ranks[count >> 1]];
  });
  return drawn.sort(([lower, upper], [itsLower, itsUpper]) => lower - itsLower || upper - itsUpper);
}
