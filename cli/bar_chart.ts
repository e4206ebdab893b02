import { padEnd, padStart, widest } from "./columns.ts";

/** A bar. */
export interface Bar {
  readonly label: string;
  /** What its length stands for; not negative. */
  readonly value: number;
  /** The value as people read it. */
  readonly shown: string;
}

/** How a chart is drawn. */
export interface ChartOptions {
  /** How wide it may be, in columns of a terminal. */
  readonly columns: number;
  /** Logarithmic, each ten times as much makes a bar longer by the same. */
  readonly scale: "linear" | "logarithmic";
}

/** From nothing to a whole column, in eighths. */
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const WHOLE = "█";
const MIN_COLUMNS = 8;

/** Draws horizontal bars, a line each, from their labels to what they stand for. */
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

/** A bar of at most `columns` columns for a part of a whole, exact to an eighth of a column. */
export function bar(part: number, columns: number): string {
  const eighths = Math.round(Math.max(0, Math.min(1, part)) * columns * EIGHTHS.length);
  return WHOLE.repeat(Math.floor(eighths / EIGHTHS.length)) + EIGHTHS[eighths % EIGHTHS.length];
}
