/**
 * The figures by which servers are compared.
 *
 * @module
 */

import type { Totals } from "../../servers/runtime/json_reporter.ts";
import type { Counts } from "../flood/measurements.ts";
import type { RunningFlood } from "../flood/running_flood.ts";
import { type Faults, faultsOf } from "./faults.ts";
import type { Peaks, Usage } from "./tree_watch.ts";

/** What is compared, in the order in which it is shown, and what is better: more or less. */
export const FIGURES = {
  messagesPerSecond: "more",
  served: "more",
  allServedMs: "less",
  p50Ms: "less",
  p99Ms: "less",
  p999Ms: "less",
  /** CPU time of the server and its children. */
  cpuSecondsPerMillion: "less",
  /** The most that the server and its children had at a time. */
  peakMemoryBytes: "less",
  threads: "less",
  processes: "less",
  switchesPerThousand: "less",
  wakeUpsPerThousand: "less",
} as const;

/** How many digits of a figure are kept, which are more than any measurement is worth. */
const DIGITS = 6;

/** The name of a figure. */
export type FigureName = keyof typeof FIGURES;

/** All names, in their order. */
export const FIGURE_NAMES = Object.keys(FIGURES) as FigureName[]; // keys() forgets the names

/** Figures by name; unknown ones are missing. */
export type Figures = Partial<Readonly<Record<FigureName, number>>>;

/** What was measured in a heat. */
export interface Measured {
  readonly figures: Figures;
  readonly counts: Readonly<Counts>;
  readonly faults: Faults;
  /** The round trips, as {@linkcode Durations.encode} makes a text of them. */
  readonly roundTrips: string;
  /** Which part of the CPUs that it has threads for the flood itself took. */
  readonly floodCpuShare: number;
}

/** What a heat saw of the server, besides the flood. */
interface Seen {
  readonly usage: Usage | undefined;
  readonly peaks: Peaks | undefined;
  readonly totals: Totals | undefined;
  readonly floodCpuShare: number;
}

/** Makes figures of what a heat saw. */
export function makeMeasured(
  { measurements, elapsedMs }: Pick<RunningFlood, "measurements" | "elapsedMs">,
  { usage, peaks, totals, floodCpuShare }: Seen,
): Measured {
  const { roundTrips } = measurements;
  const { counts } = measurements.encode();
  const messagesPerSecond = counts.messagesEchoed / Math.max(elapsedMs, 1) * 1_000;
  const percentileMs = (percentile: number) =>
    roundTrips.count === 0 ? undefined : roundTrips.percentileMs(percentile);
  // Of what was too little for the system to count, it is unknown how little it was.
  const per = (count: number, overMs: number, messages: number) =>
    counts.messagesEchoed === 0 || count === 0
      ? undefined
      : count / overMs * 1_000 / messagesPerSecond * messages;
  return {
    figures: withoutUnknown({
      messagesPerSecond,
      served: counts.served,
      allServedMs: counts.served === counts.opened ? counts.lastServedMs : undefined,
      p50Ms: percentileMs(50),
      p99Ms: percentileMs(99),
      p999Ms: percentileMs(99.9),
      cpuSecondsPerMillion: usage && per(usage.cpuSeconds, usage.cpuOverMs, 1e6),
      peakMemoryBytes: peaks?.memoryBytes,
      threads: peaks?.threads,
      processes: peaks?.processes,
      switchesPerThousand: usage && per(usage.switches, usage.switchesOverMs, 1e3),
      wakeUpsPerThousand: wakeUps(totals),
    }),
    counts,
    faults: faultsOf(measurements),
    roundTrips: roundTrips.encode(),
    floodCpuShare,
  };
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
    value === undefined ? [] : [[name, Number(value.toPrecision(DIGITS))]]
  );
  return Object.fromEntries(entries);
}
