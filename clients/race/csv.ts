import { csvTable } from "../../cli/csv.ts";
import { figuresOf } from "./figures.ts";
import type { RaceRecord } from "./record.ts";

/** The columns of a verdict. */
const VERDICT = ["low", "high", "ratio", "ratioLow", "ratioHigh", "verdict"];

/** A race as a table for spreadsheets: a line for each server, with its medians. */
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
  return csvTable([header, ...rows]);
}
