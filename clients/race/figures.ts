/**
 * The figures by which servers are compared.
 *
 * @module
 */

import type { Totals } from "../../servers/runtime/json_reporter.ts";
import type { Counts, Durations } from "../flood/measurements.ts";
import type { RunningFlood } from "../flood/running_flood.ts";
import { type Faults, faultsOf } from "./faults.ts";
import type { Peaks, Usage } from "./tree_watch.ts";

/** What is compared, in the order in which it is shown, and what is better: more or less. */
export const FIGURES = {
  messagesPerSecond: "more",
  /** Connections that came and went. */
  connectionsPerSecond: "more",
  served: "more",
  /** From the first connect until every connection was answered once. */
  allServedMs: "less",
  /** Until all connections that were to be had come and gone. */
  runMs: "less",
  p50Ms: "less",
  p99Ms: "less",
  p999Ms: "less",
  /** From connect to the first answer. */
  firstAnswerP50Ms: "less",
  firstAnswerP99Ms: "less",
  firstAnswerP999Ms: "less",
  /** CPU time of the server and its children. */
  cpuSecondsPerMillion: "less",
  /** The most that the server and its children had at a time. */
  peakMemoryBytes: "less",
  /** What came on top, from before the first connection until all were answered, for each. */
  memoryPerClientBytes: "less",
  threads: "less",
  processes: "less",
  switchesPerThousand: "less",
  wakeUpsPerThousand: "less",
} as const;

/** How many digits of a figure are kept, which are more than any measurement is worth. */
const DIGITS = 6;

/** The percentiles of the round trips that are kept: the closer to the end, the finer. */
const PERCENTILES = [
  ...[0, 10, 20, 30, 40, 50, 60, 70, 80, 90],
  ...[92, 94, 95, 96, 97, 98, 99, 99.2, 99.4, 99.5, 99.6, 99.8, 99.9],
  ...[99.92, 99.95, 99.96, 99.98, 99.99],
];

/** The name of a figure. */
export type FigureName = keyof typeof FIGURES;

/** All names. */
export const FIGURE_NAMES = Object.keys(FIGURES) as FigureName[]; // keys() forgets the names

/**
 * What a race is about: connections that stay and talk, as fast as it goes or at a rate that is the same
 * for all; or connections that come and go.
 */
export type Discipline = "messages" | "rate" | "churn";

/** The figure by which servers are ranked, and the others, in the order in which they are shown. */
export const DISCIPLINES: Readonly<
  Record<Discipline, { readonly ranking: FigureName; readonly others: readonly FigureName[] }>
> = {
  messages: {
    ranking: "messagesPerSecond",
    others: [
      ...["served", "allServedMs", "p50Ms", "p99Ms", "p999Ms", "cpuSecondsPerMillion"] as const,
      ...["peakMemoryBytes", "memoryPerClientBytes", "threads", "processes"] as const,
      ...["switchesPerThousand", "wakeUpsPerThousand"] as const,
    ],
  },
  rate: {
    ranking: "p99Ms",
    others: [
      ...["p50Ms", "p999Ms", "messagesPerSecond", "served", "allServedMs"] as const,
      ...["cpuSecondsPerMillion", "peakMemoryBytes", "memoryPerClientBytes", "threads"] as const,
      ...["processes", "switchesPerThousand", "wakeUpsPerThousand"] as const,
    ],
  },
  churn: {
    ranking: "connectionsPerSecond",
    others: [
      ...["served", "runMs", "firstAnswerP50Ms", "firstAnswerP99Ms"] as const,
      ...["firstAnswerP999Ms", "cpuSecondsPerMillion", "peakMemoryBytes"] as const,
      ...["threads", "processes", "switchesPerThousand", "wakeUpsPerThousand"] as const,
    ],
  },
};

/** All figures of a discipline, in their order. */
export function figuresOf(discipline: Discipline): readonly FigureName[] {
  const { ranking, others } = DISCIPLINES[discipline];
  return [ranking, ...others];
}

/** Figures by name; unknown ones are missing. */
export type Figures = Partial<Readonly<Record<FigureName, number>>>;

/** Percentiles of durations in milliseconds, in ascending order; none where there were no durations. */
export type Latencies = readonly (readonly [percentile: number, ms: number])[];

/** What was measured in a heat. */
export interface Measured {
  readonly figures: Figures;
  readonly counts: Readonly<Counts>;
  readonly faults: Faults;
  /** Percentiles of the round trips or first answers. */
  readonly latencies: Latencies;
  /** Which part of the CPUs that it has threads for the flood itself took. */
  readonly floodCpuShare: number;
}

/** What a heat saw of the server, besides the flood. */
interface Seen {
  readonly usage: Usage | undefined;
  readonly peaks: Peaks | undefined;
  /** What came on top of its memory until the measurement began. */
  readonly memoryGrowthBytes?: number;
  /** How many connections there were to be, where they come and go. */
  readonly wanted?: number;
  readonly totals: Totals | undefined;
  readonly floodCpuShare: number;
}

/** Makes figures of what a heat saw. */
export function makeMeasured(
  { measurements, elapsedMs }: Pick<RunningFlood, "measurements" | "elapsedMs">,
  { usage, peaks, memoryGrowthBytes = 0, wanted, totals, floodCpuShare }: Seen,
): Measured {
  const { counts } = measurements;
  const latencies = wanted === undefined ? measurements.roundTrips : measurements.firstAnswers;
  const messagesPerSecond = counts.messagesEchoed / Math.max(elapsedMs, 1) * 1_000;
  const percentileMs = (percentile: number, isOfFirstAnswer = false) =>
    latencies.count === 0 || isOfFirstAnswer !== (wanted !== undefined)
      ? undefined
      : latencies.percentileMs(percentile);
  const areAllAnswered = counts.answered > 0 && counts.answered === counts.opened;
  // Of what was too little for the system to count, it is unknown how little it was.
  const per = (count: number, overMs: number, messages: number) =>
    counts.messagesEchoed === 0 || count === 0
      ? undefined
      : count / overMs * 1_000 / messagesPerSecond * messages;
  return {
    figures: withoutUnknown({
      messagesPerSecond,
      connectionsPerSecond: wanted && counts.finished / Math.max(elapsedMs, 1) * 1_000,
      served: counts.served,
      allServedMs: counts.served === counts.opened ? counts.lastServedMs : undefined,
      runMs: counts.finished === wanted ? elapsedMs : undefined,
      p50Ms: percentileMs(50),
      p99Ms: percentileMs(99),
      p999Ms: percentileMs(99.9),
      firstAnswerP50Ms: percentileMs(50, true),
      firstAnswerP99Ms: percentileMs(99, true),
      firstAnswerP999Ms: percentileMs(99.9, true),
      cpuSecondsPerMillion: usage && per(usage.cpuSeconds, usage.cpuOverMs, 1e6),
      peakMemoryBytes: peaks?.memoryBytes,
      memoryPerClientBytes: areAllAnswered && memoryGrowthBytes > 0
        ? memoryGrowthBytes / counts.answered
        : undefined,
      threads: peaks?.threads,
      processes: peaks?.processes,
      switchesPerThousand: usage && per(usage.switches, usage.switchesOverMs, 1e3),
      wakeUpsPerThousand: wakeUps(totals),
    }),
    counts,
    faults: faultsOf(measurements),
    latencies: percentilesOf(latencies),
    floodCpuShare,
  };
}

/** Those that are kept of all. */
export function percentilesOf(durations: Durations): Latencies {
  if (durations.count === 0) return [];
  return PERCENTILES.map((percentile) => [percentile, rounded(durations.percentileMs(percentile))]);
}

/** The server counts these over its whole life, and so do the messages that they are for. */
function wakeUps(totals: Totals | undefined): number | undefined {
  // A server without a readiness call has no wake-ups.
  if (totals === undefined || totals.wakeUps === 0 || totals.recvs === 0) return undefined;
  return totals.wakeUps / totals.recvs * 1e3;
}

/** Those that are known, without digits that say nothing. */
function withoutUnknown(figures: Record<FigureName, number | undefined>): Figures {
  const entries = Object.entries(figures).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, rounded(value)]]
  );
  return Object.fromEntries(entries);
}

/** A figure without digits that say nothing. */
export function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
