import { FIGURE_NAMES } from "./figures.ts";
import type { RaceRecord } from "./record.ts";

/** A race as a table for spreadsheets, RFC 4180: a line for each server, with its medians. */
export function recordAsCsv({ servers }: RaceRecord): string {
  const header = ["name", "model", "sockets", ...FIGURE_NAMES, "spread", "failure"];
  const rows = servers.map(({ name, model, sockets, figures, spread, failure, fault }) => [
    name,
    model,
    sockets,
    ...FIGURE_NAMES.map((figure) => figures[figure]),
    spread,
    failure ?? fault,
  ]);
  return [header, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(value: string | number | undefined): string {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
