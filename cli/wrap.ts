import { eastAsianWidth } from "get-east-asian-width";

/**
 * What a line may break after: a Chinese character or a word with the closing marks behind it, and
 * white space.
 */
const PIECES = (() => {
  const closing = "，。；：、！？）”’』」》〉】";
  const word = `[^\\s\\p{Script=Han}${closing}]`;
  const pieces = [`\\p{Script=Han}[${closing}]*`, "\\s+", `${word}*[${closing}]+`, `${word}+`];
  return new RegExp(pieces.join("|"), "gu");
})();

/**
 * Breaks a text into lines of at most `columns` columns of a terminal. Between Chinese characters,
 * which are two columns wide, a line may break anywhere, but not before a closing mark.
 *
 * @param first what the first line begins with
 * @param others what the others begin with
 */
export function wrapText(text: string, columns: number, first: string, others: string): string {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const piece of text.match(PIECES) ?? []) {
    const isSpace = piece.trim() === "";
    if (!isEmpty && widthOf(line + piece) > columns) {
      lines.push(line.trimEnd());
      line = others;
      isEmpty = true;
    }
    if (isSpace && isEmpty) continue;
    line += piece;
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

/** Breaks a command to be typed into lines that a shell reads as one. */
export function wrapCommand(command: string, columns: number): string {
  return wrapText(command, columns - " \\".length, "  ", "      ").replaceAll("\n", " \\\n");
}

/** How wide a page of text is: as wide as the terminal, but no wider than a line is good to read. */
export function pageColumns(): number {
  return Deno.stdout.isTerminal() ? Math.min(100, Deno.consoleSize().columns || 80) : 80;
}
