/**
 * What has changed, as people read it: in a terminal, or in a pull request.
 *
 * @module
 */

import { bold, dim } from "../../cli/colors.ts";
import type { Messages } from "../../cli/messages.ts";
import { type Column, tableLines } from "../../cli/table.ts";
import { wrapText } from "../../cli/wrap.ts";
import type { FigureName } from "../race/figures.ts";
import { showValue } from "../race/texts.ts";
import type { Change, Changes } from "./changes.ts";
import { type ComparedName, FAULTS, type Runs } from "./runs.ts";

/** As which figure of a race each is shown. */
const SHOWN_AS: Readonly<Record<ComparedName, FigureName>> = {
  rate: "messagesPerSecond",
  connections: "connectionsPerSecond",
  p50: "p50Ms",
  p99: "p99Ms",
  "p99.9": "p999Ms",
  cpu: "cpuSecondsPerMillion",
  memory: "peakMemoryBytes",
};

/** What has been compared, in words. */
export interface Report {
  readonly title: string;
  /** How much has changed; `undefined` where there is no verdict. */
  readonly conclusion: string | undefined;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What must be known to understand it. */
  readonly notes: readonly string[];
  readonly legend: string;
}

/** @param isAll whether figures are shown as well that have not changed */
export function makeReport(
  before: Runs,
  after: Runs,
  { changes, roundsNeeded }: Changes,
  isAll: boolean,
  messages: Messages,
): Report {
  const texts = messages.compare;
  const { columns } = texts;
  const isRace = after.kind === "race";
  const of = (verdict: Change["verdict"]) => changes.filter((one) => one.verdict === verdict);
  const [better, worse] = [of("better").length, of("worse").length];
  // The first figure of a server is the one that it is about: it has a row in any case.
  const isShown = (one: Change, index: number) =>
    isAll || !isRace || one.verdict !== "same" || changes[index - 1]?.server !== one.server;
  return {
    title: texts.title(before.path, after.path),
    conclusion: roundsNeeded === undefined
      ? texts.conclusion({ changed: better + worse, figures: changes.length, better, worse })
      : undefined,
    headings: [
      ...(isRace ? [columns.server] : []),
      // Verdicts need no heading.
      ...[columns.figure, columns.before, columns.after, columns.change, ""],
    ],
    rows: changes.filter(isShown).map((one) => rowOf(one, isRace, messages)),
    notes: notesOn(before, after, roundsNeeded, messages),
    legend: texts.legend,
  };
}

/** A report in a terminal of `width` columns. */
export function reportAsText({ notes, rows, ...report }: Report, width: number): string[] {
  const words = report.headings.length - 4; // all but the last four are figures
  const table: Column[] = report.headings.map((heading, at) => ({
    heading,
    cells: rows.map((row) => row[at]),
    align: at < words || at === report.headings.length - 1 ? "left" : "right",
  }));
  const [heading, ...lines] = tableLines(table);
  const wrapped = (text: string, first = "") => wrapText(text, width, first, "  ");
  return [
    wrapped(report.title),
    ...(rows.length === 0 ? [] : ["", bold(heading), ...lines]),
    ...(report.conclusion === undefined ? [] : ["", bold(wrapped(report.conclusion))]),
    ...(notes.length === 0 ? [] : ["", ...notes.map((note) => wrapped(note, "! "))]),
    ...["", dim(wrapped(report.legend))],
  ];
}

/** A report in the Markdown of GitHub. */
export function reportAsMarkdown({ notes, rows, ...report }: Report): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(escape).join(" | ")} |`;
  const words = report.headings.length - 4;
  const rule = report.headings.map((_, at) =>
    at < words || at === report.headings.length - 1 ? "---" : "---:"
  );
  return [
    `**${escape(report.title)}**`,
    ...(report.conclusion === undefined ? [] : ["", escape(report.conclusion)]),
    ...(rows.length === 0 ? [] : ["", line(report.headings), `| ${rule.join(" | ")} |`]),
    ...rows.map(line),
    ...(notes.length === 0 ? [] : ["", ...notes.map((note) => `- ${escape(note)}`)]),
    ...["", `<sub>${escape(report.legend)}</sub>`],
  ];
}

function rowOf(change: Change, isRace: boolean, { compare: texts }: Messages): string[] {
  const { server, figure, before, after, verdict } = change;
  return [
    ...(isRace ? [server] : []),
    texts.figures[figure],
    showValue(SHOWN_AS[figure], before),
    showValue(SHOWN_AS[figure], after),
    showChange(change, texts),
    texts.verdicts[verdict],
  ];
}

function showChange({ before, after, ratio }: Change, texts: Messages["compare"]): string {
  if (before <= 0) return "-";
  const change = percent(after / before);
  if (ratio === undefined) return change;
  return texts.change(change, percent(ratio.low), percent(ratio.high));
}

/** A change of a factor in percent, with its sign. */
function percent(factor: number): string {
  const change = (factor - 1) * 100;
  const digits = Math.abs(change) < 9.95 ? 1 : 0;
  const rounded = Number(change.toFixed(digits));
  const shown = rounded.toLocaleString("en-US", { minimumFractionDigits: digits });
  return rounded === 0 ? "0 %" : `${rounded > 0 ? "+" : ""}${shown} %`;
}

function notesOn(
  before: Runs,
  after: Runs,
  roundsNeeded: number | undefined,
  { compare: texts }: Messages,
): string[] {
  const differences = [...after.conditions].flatMap(([name, value]) => {
    const earlier = before.conditions.get(name);
    return earlier === undefined || earlier === value ? [] : [`${name} ${earlier} → ${value}`];
  });
  const namesOf = ({ servers, apart }: Runs) => [...servers.keys(), ...apart];
  const onlyIn = (one: Runs, other: Runs) => {
    const names = namesOf(one).filter((name) => !namesOf(other).includes(name));
    return names.length === 0 ? [] : [texts.onlyIn(one.path, names)];
  };
  const faults = FAULTS.filter((name) => before.faults[name] !== after.faults[name]);
  return [
    ...(roundsNeeded === undefined ? [] : [texts.fewRounds(roundsNeeded, after.kind === "flood")]),
    ...(differences.length === 0 ? [] : [texts.conditions(differences)]),
    ...faults.map((name) => texts.faults(name, before.faults[name], after.faults[name])),
    ...[before, after].flatMap(({ path, apart }) =>
      apart.length === 0 ? [] : [texts.apart(path, apart)]
    ),
    ...onlyIn(before, after),
    ...onlyIn(after, before),
  ];
}

/** Text as it stands in Markdown, in a table or outside of one. */
function escape(text: string): string {
  return text.replaceAll(/[\\`*_|<>[\]]/g, "\\$&");
}
