import { csvTable } from "../../cli/csv.ts";
import { PERCENTILE_NAMES } from "../flood/durations.ts";
import type { Sweep } from "./sweep.ts";

const HEADER = [
  ...["server", "rate", "answered_per_second", "missing", "held", "reason"],
  ...PERCENTILE_NAMES.map((name) => `${name}_ms`),
];

/** Sweeps as a table for spreadsheets: a line for each rate that was tried. */
export function sweepsAsCsv(sweeps: readonly Sweep[]): string {
  const rows = sweeps.flatMap(({ name, steps }) =>
    steps.map((step) => [
      name,
      ...[step.rate, Math.round(step.answeredPerSecond), step.missing, step.isHeld],
      step.reason ?? "",
      ...PERCENTILE_NAMES.map((_, index) => step.percentilesMs[index] ?? ""),
    ])
  );
  return csvTable([HEADER, ...rows]);
}
