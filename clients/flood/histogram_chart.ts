import { barChart } from "../../cli/bar_chart.ts";
import { cyan } from "../../cli/colors.ts";
import { formatMs } from "../../cli/milliseconds.ts";
import type { Durations } from "./durations.ts";

/** The steps between powers of ten. */
const STEPS = [1, 2, 5];
/** The longest times that a histogram holds are shorter. */
const MAX_MS = 1e6;
const MIN_MS = 0.01;

/**
 * Times as bars: how many lie between 1, 2, 5, 10 … milliseconds, from the shortest to the longest.
 *
 * @param columns how wide a line may be
 * @returns a line for each range, named by its upper end
 */
export function histogramChart(durations: Durations, columns: number): string[] {
  const edges = edgesMs();
  const below = edges.map((ms) => durations.countUpTo(ms));
  const counts = below.map((count, index) => count - (below[index - 1] ?? 0));
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  if (first < 0) return [];
  const bars = counts.slice(first, last + 1).map((count, index) => ({
    label: `≤ ${formatMs(edges[first + index]).replace(/\.0+ /, " ")}`,
    value: count,
    shown: count.toLocaleString("en-US"),
  }));
  return barChart(bars, { columns, scale: "linear" }).map((line) => line.replace(/[█-▏]+$/, cyan));
}

function edgesMs(): number[] {
  const edges: number[] = [];
  for (let power = MIN_MS; power < MAX_MS; power *= 10) {
    edges.push(...STEPS.map((step) => Number((step * power).toPrecision(1))));
  }
  return edges;
}
