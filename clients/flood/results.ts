import { formatBytes } from "../../cli/bytes.ts";
import type { Messages } from "../../cli/messages.ts";
import { formatMs } from "../../cli/milliseconds.ts";
import type { Verdict } from "../expect/expectation.ts";
import { recordVerdicts } from "../expect/verdicts.ts";
import { type Fault, faultsOf, type Measured } from "./figures.ts";
import { describeFindings, findingsAsJson } from "./findings.ts";
import { type FloodOptions, type FloodSettings, hasTotalRate } from "./options.ts";
import { encodeTimes, type FloodRecord, recordWithoutTimes } from "./record.ts";
import { type Durations, PERCENTILE_NAMES, PERCENTILES } from "./durations.ts";
import type { Measurements } from "./measurements.ts";

/** A flood that is over, with how it went. */
interface Described extends Measured {
  readonly options: FloodSettings;
}

/** What the results of a flood depend on. */
type Wanted = Pick<FloodOptions, "conns" | "rate" | "reconnectAfter">;

/**
 * Whether every client was served on every connection to the end, nothing was lost or wrong, and what
 * was due was sent, but for what was due shortly before the end.
 *
 * @param excused faults that do not count
 */
export function isFlawless(
  flood: Pick<Measured, "measurements">,
  conns: number,
  excused: ReadonlySet<Fault> = new Set(),
): boolean {
  const counts = faultsOf(flood, conns);
  const faults = Object.keys(counts) as Fault[]; // keys() forgets the names
  return faults.every((fault) => counts[fault] === 0 || excused.has(fault));
}

/** The results for people, line by line. */
export function describeResults(
  running: Described,
  { conns, rate, reconnectAfter, sockets }: Wanted & { sockets: "deno" | "libc" },
  texts: Messages,
): string[] {
  const { flood, floodEngine } = texts;
  const { measurements, elapsedMs } = running;
  const { opened, served, lostUnserved, messagesEchoed, bytesReceived, wrongBytes } = measurements;
  const { refusedBy, lostBy, messagesSent, messagesNotSent } = measurements;
  const { finished, firstAnswers } = measurements;
  const seconds = Math.max(elapsedMs, 1) / 1_000;
  const lines = [flood.connections(measurements)];
  for (const [reason, count] of Object.entries(refusedBy)) {
    const first = floodEngine.first(formatMs(measurements.firstRefusedMs[reason]));
    lines.push(flood.refused(count, flood.refusal(reason, sockets)) + first);
  }
  for (const [reason, count] of Object.entries(lostBy)) {
    const first = floodEngine.first(formatMs(measurements.firstLostMs[reason]));
    lines.push(flood.lost(count, flood.loss(reason)) + first);
  }
  if (reconnectAfter < Infinity) {
    const perSecond = Math.round(finished / seconds);
    lines.push(flood.finished({ connections: finished, messages: reconnectAfter, perSecond }));
  }
  if (opened > 0) {
    lines.push(flood.percentiles(flood.connectTime, shownPercentiles(measurements.connectTimes)));
  }
  if (reconnectAfter < Infinity && firstAnswers.count > 0) {
    lines.push(flood.percentiles(flood.firstAnswer, shownPercentiles(firstAnswers)));
  }
  lines.push(
    messagesEchoed === 0
      ? flood.nothingAnswered
      : flood.percentiles(flood.roundTrip, shownPercentiles(measurements.roundTrips)),
    (running.options.http === undefined ? flood : floodEngine).throughput(
      messagesEchoed,
      Math.round(messagesEchoed / seconds),
      formatBytes(bytesReceived / seconds),
    ),
  );
  if (rate < Infinity || hasTotalRate(running.options)) {
    lines.push(flood.rate(messagesSent + messagesNotSent, messagesSent, messagesNotSent));
  }
  if (measurements.messagesUnanswered > 0) {
    lines.push(flood.unanswered(measurements.messagesUnanswered, measurements.unanswered));
  }
  lines.push(...describeFindings(running, texts), flood.wrong(wrongBytes));
  const never = opened - served - lostUnserved - measurements.unasked;
  if (never > 0) lines.push(flood.notServed(never));
  const missing = notOpened(measurements, conns);
  if (missing > 0) lines.push(flood.notOpened(missing));
  return lines;
}

/** How many clients the flood had no time to connect. */
function notOpened({ clients }: Measurements, conns: number): number {
  return conns - clients;
}

/**
 * The results for programs, with the verdicts on what was promised.
 *
 * @param more the record, if programs are to read the whole flood again
 */
export function resultsAsJson(
  running: Described,
  { conns, rate, reconnectAfter }: Wanted,
  { record, verdicts = [] }: { record?: FloodRecord; verdicts?: readonly Verdict[] } = {},
): string {
  const { measurements, elapsedMs, options } = running;
  const { connectTimes, firstAnswers, roundTrips, refusedBy, lostBy, counts } = measurements;
  const { answered: _, finished, ...counted } = counts;
  const perSecond = (count: number) => Math.round(count / Math.max(elapsedMs, 1) * 1_000);
  const { messagesSent, messagesNotSent } = counted;
  return JSON.stringify({
    ...(record && recordWithoutTimes(record)),
    ...counted,
    notOpened: notOpened(measurements, conns),
    refusedBy,
    lostBy,
    messagesDue: rate < Infinity || hasTotalRate(options)
      ? messagesSent + messagesNotSent
      : undefined,
    ...findingsAsJson(running),
    elapsedMs: Math.round(elapsedMs),
    ...(reconnectAfter < Infinity ? { finished, connectionsPerSecond: perSecond(finished) } : {}),
    messagesPerSecond: perSecond(counted.messagesEchoed),
    connectTimeMs: percentiles(connectTimes),
    firstAnswerMs: percentiles(firstAnswers),
    promises: verdicts.length === 0 ? undefined : recordVerdicts(verdicts),
    roundTripMs: counted.messagesEchoed === 0 ? null : percentiles(roundTrips),
    histograms: record && encodeTimes(measurements),
  });
}

/** @returns null when there are none, since 0 would be a good one */
function percentiles(durations: Durations): Record<string, number> | null {
  if (durations.count === 0) return null;
  return Object.fromEntries(
    PERCENTILES.map((percentile, at) => [PERCENTILE_NAMES[at], durations.percentileMs(percentile)]),
  );
}

function shownPercentiles(durations: Durations): string[] {
  return PERCENTILES.map((percentile) => formatMs(durations.percentileMs(percentile)));
}
