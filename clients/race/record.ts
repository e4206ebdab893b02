/**
 * A race as a record for programs: what `--json` writes, and what the page is made of.
 *
 * @module
 */

import config from "../../deno.json" with { type: "json" };
import type { Messages } from "../../cli/messages.ts";
import { isFaulty } from "./faults.ts";
import { type FigureName, type Figures, figuresOf, type Latencies } from "./figures.ts";
import type { Failure } from "./heat.ts";
import type { Judgement, Verdict } from "./judgement.ts";
import { describeMachine, type Machine } from "./machine.ts";
import { type Conditions, connectionsWanted, type RaceResults } from "./race.ts";
import type { Interval } from "./rounds.ts";
import type { Standing } from "./standings.ts";
import { conclude } from "./conclusion.ts";
import { describeFailure, describeFaults, describeNotes } from "./texts.ts";
import type { Ratio } from "./verdicts.ts";

/** The version of the form that {@linkcode RaceRecord} has, which README.md describes. */
export const SCHEMA = 1;

/** A race, with all that is needed to repeat and to judge it. */
export interface RaceRecord {
  readonly schema: typeof SCHEMA;
  readonly kind: "race";
  /** The command that was run. */
  readonly command: string;
  /** When it had ended, ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<"playground" | "deno" | "v8", string>>;
  readonly conditions: Conditions;
  /** From which the orders were drawn. */
  readonly seed: number;
  /** The names of the servers in the order in which they ran, round by round. */
  readonly orders: readonly (readonly string[])[];
  /** How many heats were run, and how many there were to be. */
  readonly heatsDone: number;
  readonly heatsAll: number;
  /** By which figure servers are ranked. */
  readonly ranking: FigureName;
  /** The server that all are compared with. */
  readonly baseline?: string;
  /** The level of the intervals of that figure; missing where there were too few rounds to tell servers apart. */
  readonly level?: number;
  /** Who is better than whom, in a sentence. */
  readonly conclusion?: string;
  /** The best first. */
  readonly servers: readonly ServerRecord[];
  /** What must be known to understand the figures. */
  readonly notes: readonly string[];
}

/** A server that raced. */
export interface ServerRecord {
  readonly name: string;
  readonly model?: string;
  readonly sockets?: string;
  readonly command?: readonly string[];
  /** Whether it served all connections in every round, to the end and without a fault. */
  readonly holdsLoad: boolean;
  /** The medians of its rounds. */
  readonly figures: Figures;
  readonly spread?: number;
  /** From where to where the medians may be, for a server that holds the load. */
  readonly intervals: Readonly<Partial<Record<FigureName, Interval>>>;
  /** How many times as much it has of that figure as the baseline. */
  readonly ratio?: Ratio;
  readonly verdict: Verdict;
  /** How many connections had had an answer when it was waited for them no longer. */
  readonly answered?: number;
  /** Percentiles of the round trips, or first answers, in milliseconds: the medians of its rounds. */
  readonly latencies: Latencies;
  /** From the first round on. */
  readonly rounds: readonly RoundRecord[];
  readonly isLimitedByFlood: boolean;
  readonly failure?: string;
  /** What went wrong while it was measured, for which it has no figure that it is ranked by. */
  readonly fault?: string;
}

/** What came of a server in one round. */
export interface RoundRecord {
  readonly figures: Figures;
  readonly latencies: Latencies;
  readonly failure?: string;
}

/** Makes the record of a race that has just ended. */
export function makeRecord(
  judgement: Judgement,
  conditions: Conditions,
  { heatsDone, heatsAll, seed, orders }: RaceResults,
  messages: Messages,
): RaceRecord {
  const { standings, reference, ranking, verdicts } = judgement;
  return {
    schema: SCHEMA,
    kind: "race",
    command: ["playground", ...Deno.args].map(quoted).join(" "),
    date: new Date().toISOString(),
    machine: describeMachine(),
    versions: { playground: config.version, deno: Deno.version.deno, v8: Deno.version.v8 },
    conditions,
    seed,
    orders: orders.map((order) => order.map(({ name }) => name)),
    heatsDone,
    heatsAll,
    ranking,
    baseline: reference?.entrant.name,
    level: verdicts.level,
    conclusion: conclude(judgement, messages.race),
    servers: standings.map((standing) => recordServer(standing, judgement, conditions, messages)),
    notes: describeNotes(judgement, messages),
  };
}

function recordServer(
  standing: Standing,
  judgement: Judgement,
  conditions: Conditions,
  messages: Messages,
): ServerRecord {
  const { entrant, figures, spread, faults, failure, heats } = standing;
  const why = (failure: Failure) =>
    describeFailure(failure, connectionsWanted(conditions), messages);
  return {
    name: entrant.name,
    model: entrant.model,
    sockets: entrant.sockets,
    command: entrant.command,
    holdsLoad: standing.holdsLoad,
    figures,
    spread,
    intervals: Object.fromEntries(
      figuresOf(conditions.discipline).flatMap((name) => {
        const interval = judgement.interval(standing, name);
        return interval === undefined ? [] : [[name, interval]];
      }),
    ),
    ratio: judgement.ratio(standing),
    verdict: judgement.verdict(standing),
    answered: figures.served === undefined ? undefined : standing.answered,
    latencies: standing.latencies,
    rounds: heats.map((heat) =>
      "figures" in heat
        ? { figures: heat.figures, latencies: heat.latencies }
        : { figures: {}, latencies: [], failure: why(heat.failure) }
    ),
    isLimitedByFlood: standing.isLimitedByFlood,
    failure: failure && why(failure),
    fault: isFaulty(faults) ? messages.race.listed(describeFaults(faults, messages)) : undefined,
  };
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
