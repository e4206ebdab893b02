/**
 * Which of several servers differ, and which tie.
 *
 * Two servers differ where the intervals of their medians do not overlap. With n servers there are
 * n (n − 1) ÷ 2 pairs, and with 44 servers that is 946 occasions for a false verdict. So the intervals of
 * all servers are made as much wider as it takes to have, among all pairs that are told apart, at most 1
 * in 20 that do not differ: the rule of Benjamini and Hochberg (1995) for the pairs, and that of
 * Benjamini and Yekutieli (2005) for the intervals, which say the same. Where all servers are equal, at
 * least 19 of 20 races tell no difference at all, however many servers take part.
 *
 * @module
 */

import { type Interval, lowestLevel, Rounds } from "./rounds.ts";

/** Of the differences that are told, this part may be none. */
export const FALSE_PART = 0.05;

/** How many times as much one has as the other, and from where to where that may be. */
export interface Ratio extends Interval {
  readonly value: number;
}

/**
 * The verdicts on one or several figures of servers, which are judged together: what is said above of
 * pairs goes for the pairs of all these figures. `Figure` and `Server` are whatever stands for one.
 */
export class Verdicts<Figure, Server> {
  readonly #rounds: ReadonlyMap<Figure, ReadonlyMap<Server, Rounds>>;
  /**
   * The level of all intervals, of which 0.05 is the highest; `undefined` where there are too few rounds
   * to tell even those apart that differ in every round.
   */
  readonly level: number | undefined;
  /** How many rounds it takes to tell one pair apart, if no other pair differs. */
  readonly roundsNeeded: number;

  /**
   * @param values a value for each round of each server, at least one
   * @example
   * ```ts
   * import { equal } from "node:assert/strict";
   * const rounds = new Map([["a", [1, 2, 3, 4]], ["b", [7, 8, 6, 9]]]);
   * const verdicts = new Verdicts(new Map([["speed", rounds]]));
   * equal(verdicts.compare("speed", "a", "b"), "less");
   * equal(verdicts.compare("speed", "a", "a"), "tie");
   * ```
   */
  constructor(values: ReadonlyMap<Figure, ReadonlyMap<Server, readonly number[]>>) {
    this.#rounds = new Map(
      [...values].map(([figure, servers]) => [
        figure,
        new Map([...servers].map(([server, rounds]) => [server, new Rounds(rounds)])),
      ]),
    );
    const all = [...this.#rounds.values()].map((servers) => [...servers.values()]);
    const levels = all.flatMap((servers) =>
      servers.flatMap((one, index) => servers.slice(index + 1).map((other) => one.partsFrom(other)))
    );
    const strictest = FALSE_PART / Math.max(1, levels.length);
    this.roundsNeeded = roundsFor(strictest);
    const isEnough = all.flat().every(({ count }) => count >= this.roundsNeeded);
    this.level = commonLevel(levels) ?? (isEnough ? strictest : undefined);
  }

  /** The interval of a server's median; `undefined` where it has none, or too few rounds for one. */
  interval(figure: Figure, server: Server): Interval | undefined {
    if (this.level === undefined) return undefined;
    return this.#rounds.get(figure)?.get(server)?.interval(this.level);
  }

  /** Whether one has more or less than the other. */
  compare(figure: Figure, one: Server, other: Server): "more" | "less" | "tie" | "unknown" {
    const servers = this.#rounds.get(figure);
    const [a, b] = [servers?.get(one), servers?.get(other)];
    if (this.level === undefined || a === undefined || b === undefined) return "unknown";
    if (a.partsFrom(b) > this.level) return "tie";
    return a.median > b.median ? "more" : "less";
  }

  /**
   * How many times as much `one` has as `other`, by their medians, and at least and at most by their
   * intervals: it includes 1 where these overlap.
   *
   * @returns `undefined` where one of them is unknown, or the other may have nothing
   */
  ratio(figure: Figure, one: Server, other: Server): Ratio | undefined {
    const servers = this.#rounds.get(figure);
    const [a, b] = [servers?.get(one), servers?.get(other)];
    if (this.level === undefined || a === undefined || b === undefined) return undefined;
    const [ofA, ofB] = [a.interval(this.level), b.interval(this.level)];
    if (ofB.low <= 0) return undefined;
    return { value: a.median / b.median, low: ofA.low / ofB.high, high: ofA.high / ofB.low };
  }
}

/** The highest level at which as many pairs are apart as it takes to keep {@linkcode FALSE_PART}. */
function commonLevel(levels: readonly number[]): number | undefined {
  const sorted = levels.toSorted((a, b) => a - b);
  const last = sorted.findLastIndex((level, index) =>
    level <= FALSE_PART * (index + 1) / sorted.length
  );
  return last < 0 ? undefined : FALSE_PART * (last + 1) / sorted.length;
}

/** How many rounds of two servers can be told apart at a level. */
function roundsFor(level: number): number {
  let rounds = 1;
  while (lowestLevel(rounds, rounds) > level) rounds++;
  return rounds;
}
