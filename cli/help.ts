/**
 * The help, made from the flags and the texts on them.
 *
 * @module
 */

import { type Flags, toTyped } from "./flags.ts";
import type { CommandName, Messages } from "./messages.ts";
import { wrapCommand, wrapText } from "./wrap.ts";

/** The maximum width of the left one of two columns. */
const MAX_LEFT_COLUMNS = 30;
/** In fewer columns than this, explanations stand below the words instead of beside them. */
const MIN_SIDE_BY_SIDE_COLUMNS = 60;

/**
 * What `playground --help` prints.
 *
 * @param columns the maximum width of its lines, in columns of a terminal
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { loadMessages } from "./messages.ts";
 *
 * const help = overview(await loadMessages("en"), "1.2.3", 80);
 * equal(help.startsWith("playground 1.2.3 — "), true);
 * ```
 */
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

/**
 * What `playground NAME --help` prints.
 *
 * @param flags the flags of the command; each needs a text in `messages`
 * @param columns the maximum width of its lines, in columns of a terminal
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { loadMessages } from "./messages.ts";
 *
 * const help = commandHelp("models", {}, await loadMessages("en"), 80);
 * equal(help.startsWith("playground models [--json]\n"), true);
 * ```
 */
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

/** Words at the left, and their explanations beside them. */
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
