import { padEnd, padStart, widest } from "./columns.ts";

/** A bar of a chart. */
export interface Bar {
  readonly label: string;
  /** What its length stands for; not negative. */
  readonly value: number;
  /** The value as people read it. */
  readonly shown: string;
}

/** How a chart is drawn. */
export interface ChartOptions {
  /** The width of its lines, in columns of a terminal; bars keep at least 8. */
  readonly columns: number;
  /** On a logarithmic scale, each factor of ten adds the same length to a bar. */
  readonly scale: "linear" | "logarithmic";
}

/** From nothing to seven eighths of a column. */
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const WHOLE = "█";
const MIN_COLUMNS = 8;

/**
 * Draws horizontal bars.
 *
 * @returns a line for each bar: its label, its shown value and the bar itself
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * const bars = [{ label: "x", value: 8, shown: "8" }, { label: "y", value: 4, shown: "4" }];
 * deepEqual(barChart(bars, { columns: 12, scale: "linear" }), ["x 8 ████████", "y 4 ████"]);
 * ```
 */
export function barChart(bars: readonly Bar[], { columns, scale }: ChartOptions): string[] {
  const labels = widest(bars.map(({ label }) => label));
  const values = widest(bars.map(({ shown }) => shown));
  const room = Math.max(MIN_COLUMNS, columns - labels - values - 2);
  const shareOf = scale === "linear" ? linearShare(bars) : logarithmicShare(bars);
  return bars.map(({ label, value, shown }) =>
    `${padEnd(label, labels)} ${padStart(shown, values)} ${bar(shareOf(value), room)}`
  );
}

function linearShare(bars: readonly Bar[]): (value: number) => number {
  const max = Math.max(...bars.map(({ value }) => value));
  return (value) => max > 0 ? value / max : 0;
}

/** The scale begins at a tenth of the smallest value, so that this one has a bar as well. */
function logarithmicShare(bars: readonly Bar[]): (value: number) => number {
  const positive = bars.map(({ value }) => value).filter((value) => value > 0);
  if (positive.length === 0) return () => 0;
  const min = Math.log10(Math.min(...positive)) - 1;
  const span = Math.log10(Math.max(...positive)) - min;
  return (value) => value > 0 ? (Math.log10(value) - min) / span : 0;
}

/**
 * A bar of at most `columns` columns of a terminal, exact to an eighth of a column.
 *
 * @param part how much of `columns` it fills, from 0 to 1; other values are cut to these
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(bar(0.5, 5), "██▌");
 * ```
 */
export function bar(part: number, columns: number): string {
  const eighths = Math.round(Math.max(0, Math.min(1, part)) * columns * EIGHTHS.length);
  return WHOLE.repeat(Math.floor(eighths / EIGHTHS.length)) + EIGHTHS[eighths % EIGHTHS.length];
}
