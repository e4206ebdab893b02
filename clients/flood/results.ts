import { formatBytes } from "../../cli/bytes.ts";
import type { Messages } from "../../cli/messages.ts";
import type { RunningFlood } from "./running_flood.ts";
import { type Durations, PERCENTILES } from "./measurements.ts";

/** Whether every connection that was wanted was served, and nothing was lost or wrong. */
export function isFlawless({ measurements }: RunningFlood, conns: number): boolean {
  const { served, refused, lost, wrongBytes } = measurements;
  return served === conns && refused === 0 && lost === 0 && wrongBytes === 0;
}

/** The results for people, line by line. */
export function describeResults(
  { measurements, elapsedMs }: RunningFlood,
  conns: number,
  texts: Messages,
): string[] {
  const { flood } = texts;
  const { opened, served, lostUnserved, messagesEchoed, bytesReceived, wrongBytes } = measurements;
  const seconds = Math.max(elapsedMs, 1) / 1_000;
  const lines = [
    flood.connections(measurements),
    flood.percentiles(flood.connectTime, shownPercentiles(measurements.connectTimes)),
    flood.percentiles(flood.roundTrip, shownPercentiles(measurements.roundTrips)),
    flood.throughput(
      messagesEchoed,
      Math.round(messagesEchoed / seconds),
      formatBytes(bytesReceived / seconds),
    ),
    flood.wrong(wrongBytes),
  ];
  const never = opened - served - lostUnserved;
  if (never > 0) lines.push(flood.notServed(never));
  const notOpened = conns - opened - measurements.refused;
  if (notOpened > 0) lines.push(flood.notOpened(notOpened));
  return lines;
}

/** The results for programs. */
export function resultsAsJson({ measurements, elapsedMs }: RunningFlood): string {
  const { connectTimes, roundTrips, ...counted } = measurements;
  return JSON.stringify({
    ...counted,
    elapsedMs: Math.round(elapsedMs),
    messagesPerSecond: Math.round(counted.messagesEchoed / Math.max(elapsedMs, 1) * 1_000),
    connectTimeMs: percentiles(connectTimes),
    roundTripMs: percentiles(roundTrips),
  });
}

function percentiles(durations: Durations): Record<string, number> {
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

/** A duration with three digits that matter. */
export function formatMs(ms: number): string {
  if (ms < 0.9995) return `${Math.round(ms * 1_000)} µs`;
  if (ms < 999.5) return `${ms.toPrecision(3)} ms`;
  return `${(ms / 1_000).toPrecision(3)} s`;
}
