/**
 * The figures of a flood that `--expect` can be about, by name.
 *
 * @module
 */

import type { FigureKind, KnownFigures } from "../expect/expectation.ts";
import { notSuccessful } from "./findings.ts";
import type { Durations, Measurements } from "./measurements.ts";
import { tallied } from "./tally.ts";

/** What was measured, and for how long. */
export interface Measured {
  readonly measurements: Measurements;
  /** For how long messages were sent. */
  readonly elapsedMs: number;
}

/** A count, and the number that would be 100 % of it. */
interface Part {
  readonly count: number;
  readonly whole: number;
}

/** The names of what can go wrong in a flood. */
export type Fault = keyof ReturnType<typeof faultsOf>;

/** What went wrong in a flood: nothing where all are 0. */
export function faultsOf({ measurements: m }: Pick<Measured, "measurements">, conns: number) {
  return {
    notOpened: conns - m.clients,
    refused: m.refused,
    lost: m.lost,
    neverServed: m.opened - m.served - m.unasked - m.lostUnserved,
    unanswered: m.unanswered,
    overdue: m.messagesOverdue,
    notSuccessful: notSuccessful(m),
    wrong: m.wrongBytes,
  };
}

const PARTS: Readonly<Record<string, (measured: Measured, conns: number) => readonly Part[]>> = {
  // A promise that nothing is lost concerns messages as well as connections.
  lost: (...all) => [...PARTS["lost-connections"](...all), ...PARTS.unanswered(...all)],
  "lost-connections": ({ measurements: m }) => [{ count: m.lost, whole: m.opened }],
  unanswered: ({ measurements: m }) => [{ count: m.messagesUnanswered, whole: m.messagesSent }],
  "not-sent": ({ measurements: m }) => [
    { count: m.messagesNotSent, whole: m.messagesSent + m.messagesNotSent },
  ],
  refused: ({ measurements: m }) => [{ count: m.refused, whole: m.opened + m.refused }],
  served: ({ measurements: m }, conns) => [
    { count: m.served, whole: m.opened + m.refused + conns - m.clients },
  ],
  "http-errors": ({ measurements: m }) => [
    { count: notSuccessful(m), whole: tallied(m.statuses) },
  ],
  wrong: ({ measurements: m }) => [{ count: m.wrongBytes, whole: m.bytesReceived }],
};

const COUNTS: Readonly<Record<string, (measured: Measured) => number>> = {
  sent: ({ measurements }) => measurements.messagesSent,
  answered: ({ measurements }) => measurements.messagesEchoed,
  opened: ({ measurements }) => measurements.opened,
};

const RATES: Readonly<Record<string, (measured: Measured) => number>> = {
  rate: ({ measurements, elapsedMs }) => perSecond(measurements.messagesEchoed, elapsedMs),
  "connection-rate": ({ measurements, elapsedMs }) => perSecond(measurements.finished, elapsedMs),
};

const TIMES: Readonly<Record<string, (measurements: Measurements) => Durations>> = {
  "": ({ roundTrips }) => roundTrips,
  "connect-": ({ connectTimes }) => connectTimes,
  "first-": ({ firstAnswers }) => firstAnswers,
};
/** `p99` and `max` of the round trips, `connect-p99` and `first-max` of others. */
const TIME = /^(|connect-|first-)(?:max|p(\d{1,2}(?:\.\d{1,6})?|100))$/;

/** Which faults a promise on a figure speaks of, so that it alone decides whether they are one. */
const JUDGED: Readonly<Record<string, readonly Fault[]>> = {
  lost: ["lost", "unanswered"],
  "lost-connections": ["lost"],
  unanswered: ["unanswered"],
  "not-sent": ["overdue"],
  refused: ["refused"],
  served: ["neverServed", "refused", "notOpened", "lost"],
  "http-errors": ["notSuccessful"],
  wrong: ["wrong"],
};

/** The figures of a flood. */
export const FLOOD_FIGURES: KnownFigures = {
  names: [
    ...["p50", "p90", "p99", "p99.9", "max", "connect-p99", "first-p99"],
    ...[RATES, PARTS, COUNTS].flatMap((figures) => Object.keys(figures)),
  ],
  kindOf: (name): FigureKind | undefined => {
    if (TIME.test(name)) return "time";
    if (Object.hasOwn(RATES, name)) return "rate";
    if (Object.hasOwn(PARTS, name)) return "part";
    return Object.hasOwn(COUNTS, name) ? "count" : undefined;
  },
};

/**
 * The value of a figure: milliseconds, a number, or the fraction of the whole.
 *
 * @param conns how many clients there were to be
 * @returns `undefined` when it was not measured
 */
export function figureOf(
  measured: Measured,
  conns: number,
  name: string,
  isShare: boolean,
): number | undefined {
  if (Object.hasOwn(RATES, name)) return RATES[name](measured);
  if (Object.hasOwn(COUNTS, name)) return COUNTS[name](measured);
  if (Object.hasOwn(PARTS, name)) {
    const parts = PARTS[name](measured, conns);
    if (!isShare) return parts.reduce((sum, { count }) => sum + count, 0);
    return Math.max(...parts.map(({ count, whole }) => count === 0 ? 0 : count / whole));
  }
  const [, kind = "", percentile = "100"] = TIME.exec(name) ?? [];
  const durations = TIMES[kind](measured.measurements);
  return durations.count === 0 ? undefined : durations.percentileMs(Number(percentile));
}

/** The faults that promises on these figures decide about. */
export function judgedFaults(figures: readonly string[]): ReadonlySet<Fault> {
  return new Set(figures.flatMap((figure) => JUDGED[figure] ?? []));
}

function perSecond(count: number, elapsedMs: number): number {
  return count / Math.max(elapsedMs, 1) * 1_000;
}
