/**
 * Texts in columns of a terminal, where a Chinese character takes two.
 *
 * @module
 */

import stringWidth from "string-width";

/** How many columns the widest of these texts takes. */
export function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => stringWidth(text)));
}

/** `text` with spaces after it, up to so many columns. */
export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - stringWidth(text)));
}

/** `text` with spaces before it, up to so many columns. */
export function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - stringWidth(text))) + text;
}

/** `text` in exactly `columns` columns: cut, with an ellipsis, or with spaces after it. */
export function fit(text: string, columns: number): string {
  let kept = text;
  if (stringWidth(text) > columns) {
    kept = "";
    for (const character of text) {
      if (stringWidth(kept + character) >= columns) break;
      kept += character;
    }
    kept += columns > 0 ? "…" : "";
  }
  return padEnd(kept, columns);
}
