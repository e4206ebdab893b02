/**
 * What has changed from one run to another, and whether that is more than their noise.
 *
 * @module
 */

import { median } from "../race/standings.ts";
import { type Ratio, Verdicts } from "../race/verdicts.ts";
import { COMPARED, COMPARED_NAMES, type ComparedName, type Runs } from "./runs.ts";

/** A figure of a server, before and after. */
export interface Change {
  /** The name of the server; empty for a flood. */
  readonly server: string;
  readonly figure: ComparedName;
  /** The medians of the rounds. */
  readonly before: number;
  readonly after: number;
  /** How many times as much it is as before; unknown with too few rounds, or where there was nothing. */
  readonly ratio: Ratio | undefined;
  readonly verdict: "better" | "worse" | "same" | "unknown";
}

/** Two runs, compared. */
export interface Changes {
  /** Server by server, in the order of the run after. */
  readonly changes: readonly Change[];
  /** The servers that held the load before, and hold it no more. */
  readonly fallen: readonly string[];
  /** How many rounds of each run it takes for verdicts, where there are fewer. */
  readonly roundsNeeded: number | undefined;
}

/**
 * Compares the servers that both runs have. All their figures are judged together, as those of a race
 * are: of the changes that are told, at most 1 in 20 is none.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 *
 * const run = (rates: number[]) => ({
 *   ...{ path: "run.json", kind: "flood", discipline: "flood", conditions: new Map(), apart: [] },
 *   servers: new Map([["", new Map([["rate", rates]])]]),
 *   faults: { lost: 0, refused: 0, wrongBytes: 0 },
 * } as const);
 * const { changes: [change] } = compareRuns(run([9, 8, 9, 8]), run([4, 5, 5, 4]));
 * equal(change.verdict, "worse");
 * ```
 */
export function compareRuns(before: Runs, after: Runs): Changes {
  const pairs = pairsOf(before, after);
  const verdicts = new Verdicts<Pair, "before" | "after">(
    new Map(pairs.map((pair) => [pair, new Map([["before", pair.before], ["after", pair.after]])])),
  );
  const changes = pairs.map((pair): Change => ({
    server: pair.server,
    figure: pair.figure,
    before: median(pair.before),
    after: median(pair.after),
    ratio: verdicts.ratio(pair, "after", "before"),
    verdict: verdictOn(verdicts.compare(pair, "after", "before"), pair.figure),
  }));
  return {
    changes,
    fallen: after.apart.filter((server) => before.servers.has(server)),
    roundsNeeded: verdicts.level === undefined ? verdicts.roundsNeeded : undefined,
  };
}

/** The rounds of a figure of a server, in both runs. */
interface Pair {
  readonly server: string;
  readonly figure: ComparedName;
  readonly before: readonly number[];
  readonly after: readonly number[];
}

function pairsOf(before: Runs, after: Runs): Pair[] {
  return [...after.servers].flatMap(([server, values]) =>
    COMPARED_NAMES.flatMap((figure) => {
      const [earlier, later] = [before.servers.get(server)?.get(figure), values.get(figure)];
      if (earlier === undefined || later === undefined) return [];
      return [{ server, figure, before: earlier, after: later }];
    })
  );
}

function verdictOn(
  found: "more" | "less" | "tie" | "unknown",
  figure: ComparedName,
): Change["verdict"] {
  if (found === "tie") return "same";
  if (found === "unknown") return found;
  return found === COMPARED[figure] ? "better" : "worse";
}
