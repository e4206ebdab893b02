import { bold, dim } from "../../cli/colors.ts";
import type { Messages } from "../../cli/messages.ts";
import { bar } from "../../cli/bar_chart.ts";
import { type Column, splitTable, tableLines, tableWidth } from "../../cli/table.ts";
import { wrapText } from "../../cli/wrap.ts";
import { type FigureName, figuresOf } from "./figures.ts";
import { bestOf, type Standing } from "./standings.ts";
import type { RaceRecord } from "./record.ts";
import { describeConditions, showFigure, showSpread } from "./texts.ts";

/** A bar is at least and at most this wide. */
const MIN_BAR = 8;
const MAX_BAR = 40;
const BEST = "*";

/**
 * A race as it is shown in a terminal of `width` columns: a table, or several below each other if it
 * has to be narrow, and what must be known about it.
 */
export function showRace(
  standings: readonly Standing[],
  { conditions, heatsDone, heatsAll, servers, notes }: RaceRecord,
  { race: texts }: Messages,
  width: number,
): string[] {
  const measured = standings.filter(({ figures }) => figures.served !== undefined);
  const names = figuresOf(conditions.discipline);
  const tables = measured.length === 0 ? [] : tablesOf(measured, names, texts, width);
  const wrapped = (text: string, first = "") => wrapText(text, width, first, "  ");
  const paragraphs = [
    [wrapped(describeConditions(conditions, texts))],
    ...tables,
    servers.flatMap(({ name, failure }) => failure === undefined ? [] : [`${name}: ${failure}`])
      .map((line) => wrapped(line)),
    notes.map((note) => wrapped(note, "! ")),
    heatsDone === heatsAll ? [] : [wrapped(texts.incomplete(heatsDone, heatsAll), "! ")],
    measured.length === 0
      ? []
      : texts.legends[conditions.discipline].map((line) => dim(wrapped(line))),
  ];
  return paragraphs.filter((lines) => lines.length > 0).flatMap((lines, index) =>
    index === 0 ? lines : ["", ...lines]
  );
}

function tablesOf(
  standings: readonly Standing[],
  figureNames: readonly FigureName[],
  texts: Messages["race"],
  width: number,
): string[][] {
  const [throughput, ...figures] = figureNames.map((name) => figureColumn(standings, name, texts));
  const spread = withCells(texts.columns.spread, standings.map(showSpread), "right");
  const names = withCells(texts.columns.name, standings.map(({ entrant }) => entrant.name), "left");
  const start = [names, barColumn(standings, MIN_BAR), throughput, spread];
  const isSpreadKnown = standings.some((one) => one.spread !== undefined);
  const all = splitTable([...(isSpreadKnown ? start : start.slice(0, -1)), ...figures], width);
  const [first] = all;
  const barWidth = Math.min(MAX_BAR, MIN_BAR + Math.max(0, width - tableWidth(first)));
  first[1] = barColumn(standings, barWidth);
  return all.map((table) => {
    const [heading, ...rows] = tableLines(table);
    return [bold(heading), ...rows];
  });
}

function figureColumn(
  standings: readonly Standing[],
  name: FigureName,
  texts: Messages["race"],
): Column {
  const best = bestOf(standings, name);
  const cells = standings.map((standing) => {
    const shown = showFigure(standing, name, texts);
    return best.has(standing) ? bold(`${shown}${BEST}`) : `${shown} `;
  });
  // The mark stands beside the figures, so that these remain below each other.
  return withCells(`${texts.columns[name]} `, cells, "right");
}

function barColumn(standings: readonly Standing[], width: number): Column {
  const values = standings.map(({ figures, ranking }) => figures[ranking] ?? 0);
  const max = Math.max(...values);
  // As wide as the widest, so that the table does not depend on which server is the fastest.
  const cells = values.map((value) => bar(max === 0 ? 0 : value / max, width).padEnd(width));
  return withCells("", cells, "left");
}

function withCells(heading: string, cells: string[], align: Column["align"]): Column {
  return { heading, cells, align };
}
