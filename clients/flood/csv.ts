import type { Interval } from "./intervals.ts";
import { PERCENTILE_NAMES, PERCENTILES } from "./durations.ts";
import type { Tally } from "./tally.ts";

/** The reasons that have a column of their own; all others are counted in one column. */
const REFUSED = ["ECONNREFUSED", "ETIMEDOUT", "EADDRNOTAVAIL"] as const;
const LOST = ["reset", "closedEarly", "ETIMEDOUT"] as const;
/** The classes of statuses of HTTP, RFC 9110, section 15. */
const STATUSES = ["1", "2", "3", "4", "5"] as const;

/** The names of the columns of {@linkcode csvRow}. */
export const CSV_HEADER: string = row([
  ...["time", "second", "connected", "waiting", "opened", "refused", "lost", "served"],
  ...["sent", "answered", "not_sent", "unanswered", "bytes_sent", "bytes_received", "wrong_bytes"],
  ...[...REFUSED, "other"].map((reason) => `refused_${reason}`),
  ...[...LOST, "other"].map((reason) => `lost_${reason}`),
  ...STATUSES.map((status) => `http_${status}xx`),
  ...PERCENTILE_NAMES.map((name) => `connect_${name}_ms`),
  ...PERCENTILE_NAMES.map((name) => `round_trip_${name}_ms`),
]);

/** A second of a flood as a row for spreadsheets, RFC 4180. What was not measured is empty. */
export function csvRow(interval: Interval): string {
  const { startMs, startedAtMs, connected, waiting, measurements: m } = interval;
  return row([
    new Date(startedAtMs).toISOString(),
    ...[startMs / 1_000, connected, waiting, m.opened, m.refused, m.lost, m.served],
    ...[m.messagesSent, m.messagesEchoed, m.messagesNotSent, m.messagesUnanswered],
    ...[m.bytesSent, m.bytesReceived, m.wrongBytes],
    ...byReason(m.refusedBy, REFUSED),
    ...byReason(m.lostBy, LOST),
    ...STATUSES.map((first) => sum(m.statuses, (status) => status.startsWith(first))),
    ...[m.connectTimes, m.roundTrips].flatMap((times) =>
      PERCENTILES.map((percentile) => times.count === 0 ? "" : times.percentileMs(percentile))
    ),
  ]);
}

function byReason(tally: Tally, reasons: readonly string[]): number[] {
  const known = reasons.map((reason) => tally[reason] ?? 0);
  return [...known, sum(tally, (reason) => !reasons.includes(reason))];
}

function sum(tally: Tally, isCounted: (name: string) => boolean): number {
  return Object.entries(tally).reduce(
    (all, [name, count]) => isCounted(name) ? all + count : all,
    0,
  );
}

/** Neither names nor figures have a comma or a quote in them. */
function row(fields: readonly (string | number)[]): string {
  return `${fields.join(",")}\r`;
}
