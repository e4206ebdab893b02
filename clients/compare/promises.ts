/**
 * The promises of `--expect` on what has changed: `worse = 0`, or `p99 < +10%` for every server.
 *
 * @module
 */

import type { Messages } from "../../cli/messages.ts";
import {
  type Expectation,
  judge,
  type KnownFigures,
  parseExpectation,
  type Verdict,
} from "../expect/expectation.ts";
import type { Changes } from "./changes.ts";
import { COMPARED, COMPARED_NAMES } from "./runs.ts";

/**
 * How many figures have changed beyond their noise, for the better or for the worse; a server that holds
 * the load no more is one for the worse.
 */
const COUNTS = ["worse", "better"] as const;

const FIGURES: KnownFigures = {
  names: [...COUNTS, ...COMPARED_NAMES],
  kindOf(name) {
    if (COUNTS.some((one) => one === name)) return "count";
    return Object.hasOwn(COMPARED, name) ? "change" : undefined;
  },
};

/** @throws {UsageError} with one line, which names the figures that exist */
export function parsePromises(typed: readonly string[], messages: Messages): Expectation[] {
  return typed.map((one) => parseExpectation("--expect", one, FIGURES, messages));
}

/**
 * Judges promises: one on a change is judged for each server that has the figure, and broken by one that
 * holds the load no more. With too few rounds, nobody knows how many figures have changed.
 */
export function judgePromises(
  promises: readonly Expectation[],
  { changes, fallen, roundsNeeded }: Changes,
): Verdict[] {
  return promises.flatMap((promise) => {
    if (promise.kind === "count") {
      return judge([promise], (figure) => {
        const count = changes.filter((one) => one.verdict === figure).length;
        const more = figure === "worse" ? fallen.length : 0;
        return roundsNeeded === undefined ? count + more : undefined;
      });
    }
    const concerned = changes.filter(({ figure }) => figure === promise.figure);
    if (concerned.length === 0) return judge([promise], () => undefined);
    const judgeFor = (server: string, change: number | undefined) => {
      const text = server === "" ? promise.text : `${server}: ${promise.text}`;
      return judge([{ ...promise, text }], () => change);
    };
    return [
      ...concerned.flatMap(({ server, before, after }) =>
        judgeFor(server, before > 0 ? after / before - 1 : undefined)
      ),
      ...fallen.flatMap((server) => judgeFor(server, undefined)),
    ];
  });
}
