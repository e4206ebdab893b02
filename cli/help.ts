/**
 * The help, made from the flags themselves and the texts on them.
 *
 * @module
 */

import { type Flags, toTyped } from "./flags.ts";
import type { CommandName, Messages } from "./messages.ts";
import { wrapCommand, wrapText } from "./wrap.ts";

/** How wide the left one of two columns may be. */
const MAX_LEFT_COLUMNS = 30;
/** In fewer columns than this, what belongs beside a word stands below it. */
const MIN_SIDE_BY_SIDE_COLUMNS = 60;

/** What `playground --help` prints, in lines of at most `columns` columns of a terminal. */
export function overview(messages: Messages, version: string, columns: number): string {
  const { help, commands } = messages;
  const rows = Object.entries(commands).map(([name, { summary }]) => [name, summary] as const);
  return [
    wrapText(`playground ${version} — ${help.tagline}`, columns, "", ""),
    "",
    `${help.usage}: playground ${help.usageWords}`,
    "",
    ...inTwoColumns(rows, columns),
    "",
    ...help.start.map((line) => wrapText(line.trimStart(), columns, indentOf(line), "    ")),
  ].join("\n");
}

/** What `playground NAME --help` prints, in lines of at most `columns` columns of a terminal. */
export function commandHelp(
  name: CommandName,
  flags: Flags,
  messages: Messages,
  columns: number,
): string {
  const { help, commands } = messages;
  const { summary, usage, examples } = commands[name];
  const texts: Readonly<Record<string, string>> = {
    ...messages.sharedFlags,
    ...commands[name].flags,
  };
  const rows = Object.entries(flags).map(([key, { placeholder, shownFallback, fallback }]) => {
    const typed = `--${fallback === true ? "no-" : ""}${toTyped(key)}`;
    const shown = shownFallback === "" ? "" : ` (${shownFallback})`;
    return [placeholder === null ? typed : `${typed} ${placeholder}`, `${texts[key]}${shown}`];
  });
  return [
    wrapText(`playground ${usage}`, columns, "", "    "),
    "",
    wrapText(summary, columns, "", ""),
    "",
    ...inTwoColumns([...rows, ["--lang en|zh", help.lang], ["--help", help.help]], columns),
    "",
    ...examples.map((example) => wrapCommand(example, columns)),
  ].join("\n");
}

/** Words at the left, and what there is to say of each beside it. */
function inTwoColumns(rows: readonly (readonly string[])[], columns: number): string[] {
  const width = Math.min(MAX_LEFT_COLUMNS, Math.max(...rows.map(([left]) => left.length)));
  const indent = columns < MIN_SIDE_BY_SIDE_COLUMNS ? "      " : " ".repeat(width + 4);
  return rows.flatMap(([left, right]) => {
    const isAbove = columns < MIN_SIDE_BY_SIDE_COLUMNS || left.length > width;
    if (isAbove) return [`  ${left}`, wrapText(right, columns, indent, indent)];
    return [wrapText(right, columns, `  ${left.padEnd(width)}  `, indent)];
  });
}

function indentOf(line: string): string {
  return line.slice(0, line.length - line.trimStart().length);
}
