/**
 * Races that nobody has run, for tests of what is made of them.
 *
 * @module
 */

import { Durations, Measurements } from "../../clients/flood/measurements.ts";
import type { Entrant } from "../../clients/race/entrants.ts";
import { type Faults, faultsOf } from "../../clients/race/faults.ts";
import { type Figures, type Measured, percentilesOf } from "../../clients/race/figures.ts";
import type { Heat } from "../../clients/race/heat.ts";
import type { Conditions } from "../../clients/race/race.ts";
import { Judgement } from "../../clients/race/judgement.ts";
import { makeStandings, type Standing } from "../../clients/race/standings.ts";

export const CONNS = 200;

export const CONDITIONS: Conditions = {
  discipline: "messages",
  conns: CONNS,
  sizeBytes: 64,
  durationMs: 1_000,
  settleMs: 10_000,
  warmupMs: 500,
  rounds: 3,
  handler: "echo",
  sleepMs: 0,
  cpuMs: 0,
  floodThreads: 1,
};

/** A heat in which all was served, with these figures among others. */
export function measured(
  figures: Figures,
  floodCpuShare = 0.5,
  faults: Partial<Faults> = {},
): Measured {
  const latencies = new Durations();
  latencies.record(figures.p50Ms ?? 1);
  const served = figures.served ?? CONNS;
  const { counts } = new Measurements();
  return {
    figures: { messagesPerSecond: 1_000, served, ...figures },
    counts: { ...counts, served, answered: served, opened: CONNS },
    faults: { ...faultsOf(new Measurements()), ...faults },
    latencies: percentilesOf(latencies),
    floodCpuShare,
  };
}

/** Why there is no heat of a program that ended. */
export const FAILED: Heat = {
  failure: {
    kind: "ended-early",
    end: { code: 3, signal: null, errorLines: ["no such <file>"], totals: undefined },
  },
};

/** The standings after these heats. */
export function standingsOf(
  heats: Readonly<Record<string, readonly Heat[]>>,
  conditions = CONDITIONS,
): Standing[] {
  const entries = Object.entries(heats);
  return makeStandings({
    heats: new Map(entries.map(([name, itsHeats]) => [entrant(name), itsHeats])),
    seed: 7,
    orders: [],
    heatsDone: entries.length,
    heatsAll: entries.length,
  }, conditions);
}

/** What is said after these heats. */
export function judgementOf(
  heats: Readonly<Record<string, readonly Heat[]>>,
  { conditions = CONDITIONS, baseline }: { conditions?: Conditions; baseline?: string } = {},
): Judgement {
  return new Judgement(standingsOf(heats, conditions), conditions.discipline, baseline);
}

function entrant(name: string): Entrant {
  return { name, start: () => Promise.reject(new Error("nobody starts it")) };
}
