import { eastAsianWidth } from "get-east-asian-width";

/**
 * The pieces between which a line may break: a Chinese character or a word, each with the closing marks
 * behind it, and white space.
 */
const PIECES = (() => {
  const closing = "，。；：、！？）”’』」》〉】";
  const word = `[^\\s\\p{Script=Han}${closing}]`;
  const pieces = [`\\p{Script=Han}[${closing}]*`, "\\s+", `${word}*[${closing}]+`, `${word}+`];
  return new RegExp(pieces.join("|"), "gu");
})();

/**
 * Breaks a text into lines. Between Chinese characters, which are two columns wide, a line may break
 * anywhere but before a closing mark.
 *
 * @param columns the maximum width, in columns of a terminal; a longer word has a line of its own
 * @param first how the first line begins
 * @param others how the other lines begin
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(wrapText("one two three", 9, "- ", "  "), "- one two\n  three");
 * ```
 */
export function wrapText(text: string, columns: number, first: string, others: string): string {
  const lines: string[] = [];
  let line = first;
  let width = widthOf(first);
  let isEmpty = true;
  for (const piece of text.match(PIECES) ?? []) {
    const isSpace = piece.trim() === "";
    const added = widthOf(piece);
    if (!isEmpty && width + added > columns) {
      lines.push(line.trimEnd());
      line = others;
      width = widthOf(others);
      isEmpty = true;
    }
    if (isSpace && isEmpty) continue;
    line += piece;
    width += added;
    isEmpty = false;
  }
  lines.push(line.trimEnd());
  return lines.join("\n");
}

/**
 * How many columns a text takes that has neither colors nor combined characters. `string-width` knows
 * those too, and makes every start of the program half as long again.
 */
function widthOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += eastAsianWidth(character.codePointAt(0) ?? 0);
  return columns;
}

/**
 * Breaks a command into indented lines that a shell reads as one.
 *
 * @param columns the maximum width, in columns of a terminal
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(wrapCommand("playground serve select", 24), "  playground serve \\\n      select");
 * ```
 */
export function wrapCommand(command: string, columns: number): string {
  return wrapText(command, columns - " \\".length, "  ", "      ").replaceAll("\n", " \\\n");
}

/**
 * The width of a page of text, in columns: that of the terminal up to 100, and 80 without one.
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(pageColumns() <= 100, true);
 * ```
 */
export function pageColumns(): number {
  return Deno.stdout.isTerminal() ? Math.min(100, Deno.consoleSize().columns || 80) : 80;
}
