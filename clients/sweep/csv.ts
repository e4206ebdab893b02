import { PERCENTILES } from "../flood/durations.ts";
import type { Sweep } from "./sweep.ts";

const HEADER = [
  ...["server", "rate", "answered_per_second", "missing", "held", "reason"],
  ...PERCENTILES.map((one) => one === 100 ? "max_ms" : `p${one}_ms`),
];

/** Sweeps as a table for spreadsheets, RFC 4180: a line for each rate that was tried. */
export function sweepsAsCsv(sweeps: readonly Sweep[]): string {
  const rows = sweeps.flatMap(({ name, steps }) =>
    steps.map((step) => [
      name,
      ...[step.rate, Math.round(step.answeredPerSecond), step.missing, step.isHeld],
      step.reason ?? "",
      ...PERCENTILES.map((_, index) => step.percentilesMs[index] ?? ""),
    ])
  );
  return [HEADER, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(value: string | number | boolean): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
