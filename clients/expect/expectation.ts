/**
 * The promises of `--expect`, such as `p99 < 50ms`: a figure, a comparison and a value.
 *
 * @module
 */

import { closest } from "../../cli/closest.ts";
import { UsageError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";

/**
 * What a figure is, and so which values it is compared with: a time in milliseconds, a count, a count
 * that is part of a whole and may be compared as a percentage of that, a number per second, bytes, or a
 * change as a fraction.
 */
export type FigureKind = "time" | "count" | "part" | "rate" | "bytes" | "change";

/** The figures that a command knows. */
export interface KnownFigures {
  /** The kind of the figure with this name; `undefined` if there is none. */
  kindOf(name: string): FigureKind | undefined;
  /** Names to show to people; {@linkcode kindOf} may know more, such as any percentile. */
  readonly names: readonly string[];
}

const COMPARISONS = {
  "<": (actual: number, value: number) => actual < value,
  "<=": (actual: number, value: number) => actual <= value,
  ">": (actual: number, value: number) => actual > value,
  ">=": (actual: number, value: number) => actual >= value,
  "=": (actual: number, value: number) => actual === value,
  "!=": (actual: number, value: number) => actual !== value,
} as const;

/** How a figure is compared. */
export type Comparison = keyof typeof COMPARISONS;

/** A promise, parsed. */
export interface Expectation {
  /** As it was typed, with single spaces. */
  readonly text: string;
  readonly figure: string;
  readonly kind: FigureKind;
  readonly comparison: Comparison;
  /** In milliseconds, bytes or a number; a fraction if {@linkcode isShare}. */
  readonly value: number;
  /** Whether the figure is compared as a fraction: typed as a percentage. */
  readonly isShare: boolean;
}

/** What became of a promise. */
export interface Verdict {
  readonly expectation: Expectation;
  /** In the unit of the value; `undefined`: it was not measured, and the promise is broken. */
  readonly actual: number | undefined;
  readonly isKept: boolean;
}

/** Other ways to type a comparison. */
const SYNONYMS: Readonly<Record<string, Comparison>> = {
  "==": "=",
  "≤": "<=",
  "≥": ">=",
  "≠": "!=",
};

/** The figure, the comparison, the number and its unit. */
const GRAMMAR = /^([a-z][\w.-]*)\s*(<=|>=|==|!=|[<>=≤≥≠])\s*([+-]?[\d.,_]+)\s*([a-zµμ%/]*)$/i;
/** Digits, in groups of three if they are grouped. */
const NUMBER = /^[+-]?(?:\d+|\d{1,3}(?:[,_]\d{3})+)(?:\.\d+)?$/;

const THOUSANDS: Readonly<Record<string, number>> = { "": 1, k: 1e3, K: 1e3, M: 1e6 };
const PERCENT: Readonly<Record<string, number>> = { "%": 0.01 };
const UNITS: Readonly<Record<FigureKind, Readonly<Record<string, number>>>> = {
  time: { us: 0.001, "µs": 0.001, "μs": 0.001, ms: 1, s: 1e3, m: 6e4 },
  count: THOUSANDS,
  part: { ...THOUSANDS, ...PERCENT },
  rate: { ...THOUSANDS, "/s": 1, "k/s": 1e3, "K/s": 1e3, "M/s": 1e6 },
  bytes: { "": 1, B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9 },
  change: PERCENT,
};

/**
 * Parses a promise.
 *
 * @param flag how the flag is typed that gave it
 * @throws {UsageError} with one line, which names the figures that exist
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { loadMessages } from "../../cli/messages.ts";
 *
 * const figures = { names: ["max"], kindOf: () => "time" as const };
 * const messages = await loadMessages("en");
 * equal(parseExpectation("--expect", "max<1.5s", figures, messages).value, 1_500);
 * ```
 */
export function parseExpectation(
  flag: string,
  typed: string,
  figures: KnownFigures,
  { expect: texts }: Messages,
): Expectation {
  const text = typed.trim().replace(/\s+/g, " ");
  const [, figure, symbol, digits, unit] = GRAMMAR.exec(text) ?? [];
  if (figure === undefined) throw new UsageError(texts.grammar(flag, typed, figures.names));
  const kind = figures.kindOf(figure);
  if (kind === undefined) {
    const nearest = closest(figure.toLowerCase(), figures.names);
    throw new UsageError(texts.unknownFigure(flag, typed, figure, nearest, figures.names));
  }
  const number = NUMBER.test(digits) ? Number(digits.replace(/[,_]/g, "")) : NaN;
  // Nothing is nothing in every unit.
  const scale = UNITS[kind][unit] ?? (number === 0 && unit === "" ? 0 : NaN);
  if (Number.isNaN(number * scale)) {
    throw new UsageError(texts.wrongValue(flag, typed, figure, texts.wants[kind]));
  }
  const comparison = SYNONYMS[symbol] ?? symbol as Comparison; // the grammar has no other ones
  const isShare = unit === "%";
  return { text, figure, kind, comparison, value: number * scale, isShare };
}

/**
 * Judges promises.
 *
 * @param actualOf what was measured, in milliseconds, bytes or a number; a fraction of the whole if that
 *   is asked for; `undefined` when it was not measured
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 *
 * const promise = { text: "lost = 0", figure: "lost", comparison: "=", value: 0 } as const;
 * const [verdict] = judge([{ ...promise, kind: "count", isShare: false }], () => 2);
 * equal(verdict.isKept, false);
 * ```
 */
export function judge(
  expectations: readonly Expectation[],
  actualOf: (figure: string, isShare: boolean) => number | undefined,
): Verdict[] {
  return expectations.map((expectation) => {
    const { figure, comparison, value, isShare } = expectation;
    const actual = actualOf(figure, isShare);
    const isKept = actual !== undefined && COMPARISONS[comparison](actual, value);
    return { expectation, actual, isKept };
  });
}
