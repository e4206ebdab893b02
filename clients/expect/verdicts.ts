import { formatBytes } from "../../cli/bytes.ts";
import { green, red } from "../../cli/colors.ts";
import type { Messages } from "../../cli/messages.ts";
import { formatMs } from "../../cli/milliseconds.ts";
import type { Verdict } from "./expectation.ts";

/** The exit status of a command that has measured, and found a promise broken. */
export const BROKEN = 3;

/** How many digits of a percentage say something. */
const DIGITS = 3;

/** A verdict for programs. */
export interface VerdictRecord {
  readonly expectation: string;
  /** In milliseconds, bytes or a number, or the fraction of the whole; null: it was not measured. */
  readonly actual: number | null;
  readonly kept: boolean;
}

/**
 * The verdicts for people: a line for each promise, in color on a terminal.
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { loadMessages } from "../../cli/messages.ts";
 *
 * const expectation = { text: "p99 < 1s", figure: "p99", comparison: "<", value: 1_000 } as const;
 * const verdicts = [
 *   { expectation: { ...expectation, kind: "time", isShare: false }, actual: 12, isKept: true } as const,
 * ];
 * const lines = describeVerdicts(verdicts, await loadMessages("en"));
 * deepEqual(lines, ["promise       p99 < 1s: kept, 12.0 ms"]);
 * ```
 */
export function describeVerdicts(verdicts: readonly Verdict[], messages: Messages): string[] {
  return verdicts.map((verdict) => {
    const { expectation: { text }, isKept } = verdict;
    const paint = isKept ? green : red;
    return paint(messages.expect.verdict(text, isKept, shown(verdict, messages)));
  });
}

/**
 * The verdicts for programs.
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(recordVerdicts([]), []);
 * ```
 */
export function recordVerdicts(verdicts: readonly Verdict[]): VerdictRecord[] {
  return verdicts.map(({ expectation, actual = null, isKept }) => ({
    expectation: expectation.text,
    actual,
    kept: isKept,
  }));
}

function shown({ expectation, actual }: Verdict, { count, expect }: Messages): string {
  if (actual === undefined) return expect.notMeasured;
  const { kind, isShare } = expectation;
  if (isShare) {
    const sign = kind === "change" && actual > 0 ? "+" : "";
    return `${sign}${Number((actual * 100).toPrecision(DIGITS))} %`;
  }
  if (kind === "time") return formatMs(actual);
  if (kind === "bytes") return formatBytes(actual);
  return kind === "rate" ? `${count(Math.round(actual))}/s` : count(actual);
}
