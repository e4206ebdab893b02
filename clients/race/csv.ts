import { figuresOf } from "./figures.ts";
import type { RaceRecord } from "./record.ts";

/** The columns of a verdict. */
const VERDICT = ["low", "high", "ratio", "ratioLow", "ratioHigh", "verdict"];

/** A race as a table for spreadsheets, RFC 4180: a line for each server, with its medians. */
export function recordAsCsv({ servers, conditions, ranking }: RaceRecord): string {
  const names = figuresOf(conditions.discipline);
  const header = [
    "name",
    "model",
    "sockets",
    ...names,
    ...VERDICT,
    "answered",
    "spread",
    "failure",
  ];
  const rows = servers.map(({ name, model, sockets, figures, failure, fault, ...one }) => [
    name,
    model,
    sockets,
    ...names.map((figure) => figures[figure]),
    one.intervals[ranking]?.low,
    one.intervals[ranking]?.high,
    one.ratio?.value,
    one.ratio?.low,
    one.ratio?.high,
    one.verdict,
    one.answered,
    one.spread,
    failure ?? fault,
  ]);
  return [header, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(value: string | number | undefined): string {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
