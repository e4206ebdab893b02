import { bold, dim } from "../../cli/colors.ts";
import type { Messages } from "../../cli/messages.ts";
import { bar } from "../../cli/bar_chart.ts";
import { type Column, splitTable, tableLines, tableWidth } from "../../cli/table.ts";
import { wrapText } from "../../cli/wrap.ts";
import { type FigureName, figuresOf } from "./figures.ts";
import type { Judgement } from "./judgement.ts";
import type { Standing } from "./standings.ts";
import type { RaceRecord } from "./record.ts";
import { describeConditions, showFigure, showSpread, showVerdict } from "./texts.ts";

/** A bar is at least and at most this wide. */
const MIN_BAR = 8;
const MAX_BAR = 40;
const BEST = "*";

/**
 * A race as it is shown in a terminal of `width` columns: a table, or several below each other if it
 * has to be narrow, and what must be known about it.
 */
export function showRace(
  judgement: Judgement,
  { conditions, seed, conclusion, heatsDone, heatsAll, servers, notes }: RaceRecord,
  { race: texts }: Messages,
  width: number,
): string[] {
  const isAnyMeasured = judgement.standings.some(({ figures }) => figures.served !== undefined);
  const names = figuresOf(conditions.discipline);
  const wrapped = (text: string, first = "") => wrapText(text, width, first, "  ");
  const paragraphs = [
    [wrapped(describeConditions(conditions, texts)), wrapped(texts.order(seed))],
    ...(isAnyMeasured ? tablesOf(judgement, names, texts, width) : []),
    servers.flatMap(({ name, failure }) => failure === undefined ? [] : [`${name}: ${failure}`])
      .map((line) => wrapped(line)),
    conclusion === undefined ? [] : [bold(wrapped(conclusion))],
    notes.map((note) => wrapped(note, "! ")),
    heatsDone === heatsAll ? [] : [wrapped(texts.incomplete(heatsDone, heatsAll), "! ")],
    isAnyMeasured ? texts.legends[conditions.discipline].map((line) => dim(wrapped(line))) : [],
  ];
  return paragraphs.filter((lines) => lines.length > 0).flatMap((lines, index) =>
    index === 0 ? lines : ["", ...lines]
  );
}

function tablesOf(
  judgement: Judgement,
  figureNames: readonly FigureName[],
  texts: Messages["race"],
  width: number,
): string[][] {
  const { standings } = judgement;
  const [ranked, ...figures] = figureNames.map((name) => figureColumn(judgement, name, texts));
  const spread = withCells(texts.columns.spread, standings.map(showSpread), "right");
  const ratios = standings.map((one) => showVerdict(judgement, one, texts));
  const names = withCells(texts.columns.name, standings.map(({ entrant }) => entrant.name), "left");
  const start = [names, barColumn(standings, MIN_BAR), ranked];
  const isSpreadKnown = standings.some((one) => one.spread !== undefined);
  const holding = standings.filter(({ holdsLoad }) => holdsLoad).length;
  const isCompared = holding > 1 && judgement.verdicts.level !== undefined;
  const all = splitTable([
    ...start,
    ...(isSpreadKnown ? [spread] : []),
    ...(isCompared ? [withCells(texts.columns.ratio, ratios, "right")] : []),
    ...figures,
  ], width);
  const [first] = all;
  const barWidth = Math.min(MAX_BAR, MIN_BAR + Math.max(0, width - tableWidth(first)));
  first[1] = barColumn(standings, barWidth);
  return all.map((table) => {
    const [heading, ...rows] = tableLines(table);
    const apart = rows.slice(holding).map((row) => dim(row));
    const why = apart.length > 0 && holding > 0 ? [dim(texts.apart)] : [];
    return [bold(heading), ...rows.slice(0, holding), ...why, ...apart];
  });
}

function figureColumn(judgement: Judgement, name: FigureName, texts: Messages["race"]): Column {
  const best = judgement.best(name);
  const cells = judgement.standings.map((standing) => {
    const shown = showFigure(standing, name, texts);
    return standing === best ? bold(`${shown}${BEST}`) : `${shown} `;
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
