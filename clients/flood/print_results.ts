import { bold } from "../../cli/colors.ts";
import type { Messages } from "../../cli/messages.ts";
import type { Verdict } from "../expect/expectation.ts";
import { BROKEN, describeVerdicts } from "../expect/verdicts.ts";
import { judgedFaults, type Measured } from "./figures.ts";
import { histogramChart } from "./histogram_chart.ts";
import type { FloodRecord } from "./record.ts";
import { describeResults, isFlawless } from "./results.ts";

/** How wide a chart is at most: its bars compare no better on a whole screen. */
const MAX_CHART_COLUMNS = 80;

/** Prints the results for people, on a terminal with the round trips as bars. */
export function printResults(
  record: FloodRecord,
  verdicts: readonly Verdict[],
  messages: Messages,
): void {
  for (const line of describeResults(record, record.options, messages)) {
    // The label of a line ends where its column does.
    console.log(line.replace(/^\S.*?(?= {2})/, bold));
  }
  if (Deno.stdout.isTerminal()) {
    const columns = Math.min(MAX_CHART_COLUMNS, Deno.consoleSize().columns || MAX_CHART_COLUMNS);
    const lines = histogramChart(record.measurements.roundTrips, columns);
    if (lines.length > 0) console.log(["", ...lines, ""].join("\n"));
  }
  for (const line of describeVerdicts(verdicts, messages)) console.log(line);
}

/**
 * The exit status of a flood. What a promise is about decides that promise; all else must be flawless.
 *
 * @param conns how many clients there were to be
 */
export function exitStatus(
  measured: Measured,
  conns: number,
  verdicts: readonly Verdict[],
): number {
  if (verdicts.some(({ isKept }) => !isKept)) return BROKEN;
  const judged = judgedFaults(verdicts.map(({ expectation }) => expectation.figure));
  return isFlawless(measured, conns, judged) ? 0 : 1;
}
