import { padStart, widest } from "../../cli/columns.ts";
import { formatMs } from "../../cli/milliseconds.ts";
import type { Curve } from "./curves.ts";
import { LogScale } from "./log_scale.ts";

const ROWS = 14;
/** Points are letters: plain ASCII has the same width in every terminal. */
const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const MIN_COLUMNS = 24;

/**
 * Draws latency against rate, both on logarithmic axes: a letter for each server. Where it is in
 * capitals, the server did not keep up.
 *
 * @param columns how wide a line may be
 */
export function terminalChart(
  curves: readonly Curve[],
  limitMs: number,
  columns: number,
  count: (value: number) => string,
): string[] {
  const points = curves.flatMap(({ points }) => points);
  if (points.length === 0) return [];
  const y = new LogScale([limitMs, ...points.map(({ ms }) => ms)]);
  const x = new LogScale(points.map(({ rate }) => rate));
  const rowOf = (ms: number) => Math.round((1 - y.at(ms)) * (ROWS - 1));
  const labels = new Map(y.marks.map((ms) => [rowOf(ms), formatMs(ms).replace(/\.0+ /, " ")]));
  const left = widest([...labels.values()]) + 1;
  const width = Math.max(MIN_COLUMNS, columns - left - 1);
  const columnOf = (rate: number) => Math.round(x.at(rate) * (width - 1));
  const cells = Array.from({ length: ROWS }, () => Array.from({ length: width }, () => " "));
  for (let column = 0; column < width; column += 2) cells[rowOf(limitMs)][column] = "-";
  for (const [index, { points }] of curves.entries()) {
    const letter = LETTERS[index % LETTERS.length];
    for (const { rate, ms, isHeld } of points) {
      cells[rowOf(ms)][columnOf(rate)] = isHeld ? letter : letter.toUpperCase();
    }
  }
  return [
    ...cells.map((row, index) =>
      `${padStart(labels.get(index) ?? "", left)}|${row.join("").trimEnd()}`
    ),
    `${" ".repeat(left)}+${"-".repeat(width)}`,
    `${" ".repeat(left + 1)}${marksLine(x, width, columnOf, count)}`,
  ];
}

/** The names of curves, each with its letter. */
export function legend(curves: readonly Curve[]): string[] {
  return curves.map(({ name }, index) => `${LETTERS[index % LETTERS.length]} ${name}`);
}

/** The marks of the axis of rates, as many as have room. */
function marksLine(
  x: LogScale,
  width: number,
  columnOf: (rate: number) => number,
  count: (value: number) => string,
): string {
  let line = "";
  for (const mark of x.marks) {
    const shown = count(mark);
    const at = Math.min(columnOf(mark), width - shown.length);
    if (line !== "" && at < line.length + 2) continue;
    line = line.padEnd(at) + shown;
  }
  return line;
}
