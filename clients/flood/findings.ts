/**
 * What a flood says of how it sent, what was open at its end, and what it met: beside its figures.
 *
 * @module
 */

import type { Messages } from "../../cli/messages.ts";
import { formatMs } from "../../cli/milliseconds.ts";
import { type Durations, PERCENTILES } from "./durations.ts";
import type { Measurements } from "./measurements.ts";
import { type FloodSettings, hasTotalRate, LATE_MS } from "./options.ts";
import type { Tally } from "./tally.ts";

/** How far the median may lie from the mean to be about the same, as a part of it. */
const ABOUT = 0.25;

/** A flood that has ended, or what is shown of it. */
interface Ended {
  readonly measurements: Measurements;
  readonly options: FloodSettings;
  readonly elapsedMs: number;
}

/** Whether clients send when they are answered, and so no faster than the server lets them. */
export function isClosedLoop({ options }: Pick<Ended, "options">): boolean {
  return options.wait && options.rate === Infinity && !hasTotalRate(options);
}

/** How many answers over HTTP had another status than 200 to 299. */
export function notSuccessful({ statuses }: Pick<Measurements, "statuses">): number {
  return Object.entries(statuses).reduce(
    (sum, [status, answers]) => status.startsWith("2") ? sum : sum + answers,
    0,
  );
}

/** The findings for people, line by line. */
export function describeFindings(running: Ended, texts: Messages): string[] {
  const { measurements } = running;
  const { flood, floodEngine } = texts;
  const { statuses, messagesLate, messagesOpen, openAges, connectAges } = measurements;
  const { unasked, reopened, outages } = measurements;
  const lines: string[] = [];
  const shown = (durations: Durations, percentile: number) =>
    formatMs(durations.percentileMs(percentile));
  if (Object.keys(statuses).length > 0) {
    lines.push(floodEngine.statuses(Object.entries(statuses), notSuccessful(measurements)));
  }
  if (isClosedLoop(running)) lines.push(describeClosedLoop(running, texts));
  if (messagesLate > 0) lines.push(floodEngine.late(messagesLate, LATE_MS));
  if (reopened > 0) {
    const percentiles = PERCENTILES.map((percentile) => shown(outages, percentile));
    lines.push(floodEngine.reopened(reopened), flood.percentiles(floodEngine.outage, percentiles));
  }
  if (messagesOpen > 0) {
    lines.push(floodEngine.openMessages(messagesOpen, shown(openAges, 50), shown(openAges, 100)));
  }
  if (connectAges.count > 0) {
    lines.push(floodEngine.openConnects(connectAges.count, shown(connectAges, 100)));
  }
  if (unasked > 0) lines.push(floodEngine.unasked(unasked));
  return lines;
}

/** Why the round trips of a closed loop are as long as they are: so many clients share its throughput. */
function describeClosedLoop(
  { measurements, options, elapsedMs }: Ended,
  { floodEngine }: Messages,
): string {
  const { conns, http, thinkMs } = options;
  const { messagesEchoed, roundTrips } = measurements;
  const line = floodEngine.closedLoop(conns, http !== undefined);
  if (thinkMs > 0) return line + floodEngine.pauses;
  if (messagesEchoed === 0) return line;
  const meanMs = conns * elapsedMs / messagesEchoed;
  const isMedian = Math.abs(roundTrips.percentileMs(50) / meanMs - 1) <= ABOUT;
  return line + floodEngine[isMedian ? "median" : "mean"](conns, formatMs(meanMs));
}

/** A kind of error, how often it was met, and when first. */
interface ErrorKind {
  readonly kind: "refused" | "lost";
  readonly reason: string;
  readonly count: number;
  /** Milliseconds since the flood began. */
  readonly firstMs: number;
}

/** The findings for programs. */
export function findingsAsJson(
  { measurements, options }: Omit<Ended, "elapsedMs">,
): Record<string, unknown> {
  const { refusedBy, firstRefusedMs, lostBy, firstLostMs, statuses } = measurements;
  const { openAges, connectAges, outages } = measurements;
  return {
    loop: isClosedLoop({ options }) ? "closed" : "open",
    errors: [
      ...errorKinds("refused", refusedBy, firstRefusedMs),
      ...errorKinds("lost", lostBy, firstLostMs),
    ],
    openAgeMs: medianAndMax(openAges),
    connectsOpen: connectAges.count,
    connectsOpenAgeMs: medianAndMax(connectAges),
    outageMs: medianAndMax(outages),
    ...(options.http === undefined ? {} : { statuses, notSuccessful: notSuccessful(measurements) }),
  };
}

function errorKinds(
  kind: ErrorKind["kind"],
  counts: Readonly<Tally>,
  firsts: Readonly<Tally>,
): ErrorKind[] {
  return Object.entries(counts).map(([reason, count]) => {
    return { kind, reason, count, firstMs: Math.round(firsts[reason]) };
  });
}

function medianAndMax(durations: Durations): { p50: number; max: number } | null {
  if (durations.count === 0) return null;
  return { p50: durations.percentileMs(50), max: durations.percentileMs(100) };
}
