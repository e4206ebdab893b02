import { formatBytes } from "../../cli/bytes.ts";
import type { Messages } from "../../cli/messages.ts";
import { describeFindings, findingsAsJson, notSuccessful } from "./findings.ts";
import { type FloodOptions, hasTotalRate } from "./options.ts";
import { formatMs } from "./format_ms.ts";
import type { RunningFlood } from "./running_flood.ts";
import { type Durations, type Measurements, PERCENTILES } from "./measurements.ts";

export { formatMs } from "./format_ms.ts";

/** What the results of a flood depend on. */
type Wanted = Pick<FloodOptions, "conns" | "rate" | "reconnectAfter">;

/**
 * Whether every client was served on every connection to the end, nothing was lost or wrong, and what
 * was due was sent, but for what was due shortly before the end.
 */
export function isFlawless({ measurements }: RunningFlood, conns: number): boolean {
  const { clients, opened, served, unasked, refused, lost, unanswered } = measurements;
  const { messagesOverdue, wrongBytes } = measurements;
  return clients === conns && served + unasked === opened && notSuccessful(measurements) === 0 &&
    refused + lost + unanswered + messagesOverdue + wrongBytes === 0;
}

/** The results for people, line by line. */
export function describeResults(
  running: RunningFlood,
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
  lines.push(flood.percentiles(flood.connectTime, shownPercentiles(measurements.connectTimes)));
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

/** The results for programs. */
export function resultsAsJson(
  running: RunningFlood,
  { conns, rate, reconnectAfter }: Wanted,
): string {
  const { measurements, elapsedMs, options } = running;
  const { connectTimes, firstAnswers, roundTrips, refusedBy, lostBy, counts } = measurements;
  const { answered: _, finished, ...counted } = counts;
  const perSecond = (count: number) => Math.round(count / Math.max(elapsedMs, 1) * 1_000);
  const { messagesSent, messagesNotSent } = counted;
  return JSON.stringify({
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
    roundTripMs: counted.messagesEchoed === 0 ? null : percentiles(roundTrips),
  });
}

/** @returns null when there are none, since 0 would be a good one */
function percentiles(durations: Durations): Record<string, number> | null {
  if (durations.count === 0) return null;
  return Object.fromEntries(
    PERCENTILES.map((percentile) => [
      percentile === 100 ? "max" : `p${percentile}`,
      durations.percentileMs(percentile),
    ]),
  );
}

function shownPercentiles(durations: Durations): string[] {
  return PERCENTILES.map((percentile) => formatMs(durations.percentileMs(percentile)));
}
