/**
 * What the heats of each entrant come to: medians, and how far the rounds lie apart.
 *
 * @module
 */

import type { Counts } from "../flood/measurements.ts";
import type { Entrant } from "./entrants.ts";
import { addFaults, type Faults, isFaulty } from "./faults.ts";
import {
  DISCIPLINES,
  FIGURE_NAMES,
  type FigureName,
  FIGURES,
  type Figures,
  type Latencies,
  type Measured,
  rounded,
} from "./figures.ts";
import type { Failure, Heat } from "./heat.ts";
import { type Conditions, connectionsWanted, type RaceResults } from "./race.ts";

/** From this part of its CPUs on the flood may be what holds a server up. */
const FLOOD_IS_LIMIT = 0.95;
/** From this spread on, medians are unreliable. */
const SPREAD_IS_WIDE = 0.1;
/** A server keeps a rate if it took this part of what was due in the time that there was. */
export const RATE_IS_KEPT = 0.99;

/** The figures of which there is no half. */
const COUNTS: readonly FigureName[] = ["served", "threads", "processes"];

/** The result of an entrant over all rounds. */
export interface Standing {
  readonly entrant: Entrant;
  readonly heats: readonly Heat[];
  /** The medians of all rounds in which it was measured. */
  readonly figures: Figures;
  /** The largest distance of a round from the median, as a share of it. */
  readonly spread: number | undefined;
  /**
   * The percentiles of the round trips, or of the first answers where connections come and go: the
   * medians of the rounds, as {@linkcode figures} are.
   */
  readonly latencies: Latencies;
  /** By which figure it is ranked. */
  readonly ranking: FigureName;
  /** How many connections there were to be served. */
  readonly conns: number;
  /** How many were when it was waited for them no longer, and how long that was at most. */
  readonly answered: number;
  readonly waitedMs: number;
  /** Whether it has served all of them in every round, to the end and without a fault. */
  readonly holdsLoad: boolean;
  /** Which part of the messages that were due it took in time, in its worst round. */
  readonly ratePart: number;
  /** What went wrong in all rounds. */
  readonly faults: Faults;
  /** Why it could not be measured, the last time that it could not. */
  readonly failure: Failure | undefined;
  /** Whether the flood took so much CPU that it may have been what held it up. */
  readonly isLimitedByFlood: boolean;
  /** Whether its rounds lie so far apart that the medians are unreliable. */
  readonly isSpreadWide: boolean;
}

/**
 * The standings: first those that hold the load, the best at the top, then those that serve some
 * connections only, then those with faults and those that were not measured.
 */
export function makeStandings({ heats }: RaceResults, conditions: Conditions): Standing[] {
  return [...heats].filter(([, itsHeats]) => itsHeats.length > 0)
    .map(([entrant, itsHeats]) => makeStanding(entrant, itsHeats, conditions))
    .sort((a, b) => Number(b.holdsLoad) - Number(a.holdsLoad) || badness(a) - badness(b));
}

/** By what a server is ranked: less is better, and a server without a figure comes last. */
function badness({ figures, ranking }: Standing): number {
  const value = figures[ranking];
  if (value === undefined) return Number.MAX_VALUE;
  return FIGURES[ranking] === "less" ? value : -value;
}

function makeStanding(
  entrant: Entrant,
  heats: readonly Heat[],
  conditions: Conditions,
): Standing {
  const { discipline, settleMs, durationMs } = conditions;
  const { ranking } = DISCIPLINES[discipline];
  const conns = connectionsWanted(conditions);
  const measured = heats.filter((heat) => "figures" in heat);
  const failed = heats.filter((heat) => "failure" in heat);
  const faults = addFaults(measured.map((heat) => heat.faults));
  const { [ranking]: ranked, ...others } = medians(measured);
  const isRanked = ranked !== undefined && !isFaulty(faults);
  const spread = isRanked ? spreadOf(measured, ranking) : undefined;
  const isChurn = discipline === "churn";
  const ratePart = Math.min(...measured.map(({ counts }) => partInTime(counts)));
  const answered = measured.map(({ counts }) => isChurn ? counts.served : counts.answered);
  return {
    entrant,
    heats,
    figures: isRanked ? { [ranking]: ranked, ...others } : others,
    spread,
    latencies: mediansOf(measured),
    ranking,
    conns,
    answered: answered.length === 0 ? 0 : Math.floor(median(answered)),
    waitedMs: isChurn ? durationMs : settleMs,
    ratePart,
    holdsLoad: failed.length === 0 && !isFaulty(faults) && ratePart >= RATE_IS_KEPT &&
      measured.every(({ counts }) => counts.served >= conns),
    faults,
    failure: failed.at(-1)?.failure,
    isLimitedByFlood: median(measured.map((heat) => heat.floodCpuShare)) >= FLOOD_IS_LIMIT,
    isSpreadWide: spread !== undefined && spread > SPREAD_IS_WIDE,
  };
}

function medians(measured: readonly Measured[]): Figures {
  const entries = FIGURE_NAMES.flatMap((name) => {
    const values = measured.map(({ figures }) => figures[name])
      .filter((value) => value !== undefined);
    if (values.length === 0) return [];
    const middle = median(values);
    return [[name, COUNTS.includes(name) ? Math.floor(middle) : rounded(middle)]];
  });
  return Object.fromEntries(entries);
}

/** The percentiles of the rounds in which there are any. */
function mediansOf(measured: readonly Measured[]): Latencies {
  const all = measured.map(({ latencies }) => latencies).filter(({ length }) => length > 0);
  const [first = []] = all;
  return first.map(([percentile], at) => [
    percentile,
    rounded(median(all.map((one) => one[at][1]))),
  ]);
}

/** Without a rate nothing is ever due, and all is in time. */
function partInTime({ messagesSent, messagesOverdue }: Counts): number {
  return messagesOverdue === 0 ? 1 : messagesSent / (messagesSent + messagesOverdue);
}

function spreadOf(measured: readonly Measured[], ranking: FigureName): number | undefined {
  const values = measured.map(({ figures }) => figures[ranking] ?? 0);
  const middle = median(values);
  if (values.length < 2 || middle === 0) return undefined;
  return Math.max(...values.map((value) => Math.abs(value - middle))) / middle;
}

/** The middle one of these, or the mean of the two in the middle; NaN if there are none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
