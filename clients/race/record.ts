/**
 * A race as a record for programs: what `--json` writes, and what the page is made of.
 *
 * @module
 */

import config from "../../deno.json" with { type: "json" };
import type { Messages } from "../../cli/messages.ts";
import type { Durations } from "../flood/measurements.ts";
import { isFaulty } from "./faults.ts";
import type { Figures } from "./figures.ts";
import type { Heat } from "./heat.ts";
import { describeMachine, type Machine } from "./machine.ts";
import { type Conditions, connectionsWanted, type RaceResults } from "./race.ts";
import type { Standing } from "./standings.ts";
import { describeFailure, describeFaults, describeNotes } from "./texts.ts";

/** A race, with all that is needed to repeat and to judge it. */
export interface RaceRecord {
  /** The command that was run. */
  readonly command: string;
  /** When it had ended, ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<"playground" | "deno" | "v8", string>>;
  readonly conditions: Conditions;
  /** How many heats were run, and how many there were to be. */
  readonly heatsDone: number;
  readonly heatsAll: number;
  /** The fastest first. */
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
  /** The medians of its rounds. */
  readonly figures: Figures;
  readonly spread?: number;
  /** How many connections had had an answer when it was waited for them no longer. */
  readonly answered?: number;
  /** Percentiles of the round trips, or first answers, of all rounds, in milliseconds. */
  readonly latencies: readonly (readonly [percentile: number, ms: number])[];
  readonly rounds: readonly Figures[];
  readonly isLimitedByFlood: boolean;
  readonly failure?: string;
  /** What went wrong while it was measured, for which it has no throughput. */
  readonly fault?: string;
}

/** The percentiles of a distribution that are recorded: the closer to the end, the finer. */
const PERCENTILES = [
  ...[0, 10, 20, 30, 40, 50, 60, 70, 80, 90],
  ...[92, 94, 95, 96, 97, 98, 99, 99.2, 99.4, 99.5, 99.6, 99.8, 99.9],
  ...[99.92, 99.95, 99.96, 99.98, 99.99],
];

/** Makes the record of a race that has just ended. */
export function makeRecord(
  standings: readonly Standing[],
  conditions: Conditions,
  { heatsDone, heatsAll }: RaceResults,
  messages: Messages,
): RaceRecord {
  return {
    command: ["playground", ...Deno.args].map(quoted).join(" "),
    date: new Date().toISOString(),
    machine: describeMachine(),
    versions: { playground: config.version, deno: Deno.version.deno, v8: Deno.version.v8 },
    conditions,
    heatsDone,
    heatsAll,
    servers: standings.map(({ entrant, figures, spread, heats, ...one }) => ({
      name: entrant.name,
      model: entrant.model,
      sockets: entrant.sockets,
      command: entrant.command,
      figures,
      spread,
      answered: figures.served === undefined ? undefined : one.answered,
      latencies: latencies(one.latencies),
      rounds: heats.map((heat) => figuresOf(heat)),
      isLimitedByFlood: one.isLimitedByFlood,
      failure: one.failure && describeFailure(one.failure, connectionsWanted(conditions), messages),
      fault: isFaulty(one.faults) ? describeFaults(one.faults, messages).join(", ") : undefined,
    })),
    notes: describeNotes(standings, messages),
  };
}

function figuresOf(heat: Heat): Figures {
  return "figures" in heat ? heat.figures : {};
}

function latencies(durations: Durations): [number, number][] {
  if (durations.count === 0) return [];
  return PERCENTILES.map((percentile) => [percentile, durations.percentileMs(percentile)]);
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
