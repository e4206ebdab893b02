/**
 * The tables in the page of a race.
 *
 * @module
 */

import { escapeHtml } from "../../cli/html.ts";
import type { Messages } from "../../cli/messages.ts";
import { type FigureName, figuresOf } from "./figures.ts";
import type { Judgement } from "./judgement.ts";
import type { RaceRecord } from "./record.ts";
import type { Standing } from "./standings.ts";
import { showFigure, showRound, showSpread, showVerdict } from "./texts.ts";

type Texts = Messages["race"];

/** What a phone has room for. */
const MAJOR: readonly FigureName[] = ["messagesPerSecond", "connectionsPerSecond", "p99Ms"];

/** All figures: first of those that hold the load, then of those that do not. */
export function figuresTable(judgement: Judgement, record: RaceRecord, texts: Texts): string {
  const { columns } = texts;
  const names = figuresOf(record.conditions.discipline);
  const [first, ...others] = names.map((name) => heading(columns[name], isMinor(name)));
  const headings = [
    ...[heading(columns.name), first, heading(columns.ratio)],
    ...[heading(columns.spread, true), ...others],
  ];
  const best = new Map(names.map((name) => [name, judgement.best(name)]));
  const rows = judgement.standings.map((standing, index) => {
    const name = `<td>${escapeHtml(standing.entrant.name)}</td>`;
    const { failure } = record.servers[index];
    if (standing.figures.served === undefined && failure !== undefined) {
      return `${name}<td class="failure" colspan="${headings.length - 1}">${
        escapeHtml(failure)
      }</td>`;
    }
    const [first, ...others] = names.map((figure) =>
      figureCell(standing, figure, best.get(figure) === standing, texts)
    );
    const ratio = `<td>${escapeHtml(showVerdict(judgement, standing, texts))}</td>`;
    const spread = `<td class="minor">${escapeHtml(showSpread(standing))}</td>`;
    return [name, first, ratio, spread, ...others].join("");
  });
  const holding = judgement.standings.filter(({ holdsLoad }) => holdsLoad).length;
  return table("figures", headings, [
    body(rows.slice(0, holding)),
    body(rows.slice(holding), holding === 0 ? undefined : texts.apart, headings.length),
  ]);
}

/** The figure by which servers are ranked, in every round. */
export function roundsTable(
  { standings }: Judgement,
  { conditions, ranking }: RaceRecord,
  texts: Texts,
): string {
  const rounds = Math.max(0, ...standings.map(({ heats }) => heats.length));
  const headings = [texts.columns.name, texts.page.median(texts.columns[ranking])];
  for (let round = 1; round <= rounds; round++) headings.push(texts.page.round(round));
  const rows = standings.map((standing) =>
    [
      standing.entrant.name,
      showFigure(standing, ranking, texts),
      ...standing.heats.map((heat) => showRound(heat, ranking, conditions.conns, texts)),
    ].map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")
  );
  return table("rounds", headings.map((one) => heading(one)), [body(rows)]);
}

function isMinor(name: FigureName): boolean {
  return !MAJOR.includes(name);
}

function figureCell(
  standing: Standing,
  figure: FigureName,
  isBest: boolean,
  texts: Texts,
): string {
  const classes = [...(isBest ? ["best"] : []), ...(isMinor(figure) ? ["minor"] : [])];
  const attribute = classes.length === 0 ? "" : ` class="${classes.join(" ")}"`;
  return `<td${attribute}>${escapeHtml(showFigure(standing, figure, texts))}${
    isBest ? "*" : ""
  }</td>`;
}

function heading(text: string, isMinor = false): string {
  return `<th scope="col"${isMinor ? ' class="minor"' : ""}>${escapeHtml(text)}</th>`;
}

/** Rows, with a line above them that says what they have in common. */
function body(rows: readonly string[], common?: string, columns = 1): string {
  if (rows.length === 0) return "";
  const line = common === undefined
    ? ""
    : `<tr class="common"><td colspan="${columns}">${escapeHtml(common)}</td></tr>\n`;
  const lines = rows.map((row) => `<tr>${row}</tr>`).join("\n");
  return `<tbody${common === undefined ? "" : ' class="apart"'}>\n${line}${lines}\n</tbody>`;
}

function table(id: string, headings: readonly string[], bodies: readonly string[]): string {
  return `<table id="${id}">
<thead><tr>${headings.join("")}</tr></thead>
${bodies.join("\n")}
</table>`;
}
