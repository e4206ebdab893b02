/**
 * The width of texts in a terminal, where a Chinese character takes two columns.
 *
 * @module
 */

import stringWidth from "string-width";

/**
 * How many columns the widest of these texts takes; 0 if there is none.
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(widest(["线程", "abc"]), 4);
 * ```
 */
export function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => stringWidth(text)));
}

/**
 * `text`, filled with spaces at its end to `columns` columns. A wider text stays as it is.
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(padEnd("线程", 6), "线程  ");
 * ```
 */
export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - stringWidth(text)));
}

/**
 * `text`, filled with spaces at its start to `columns` columns. A wider text stays as it is.
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(padStart("线程", 6), "  线程");
 * ```
 */
export function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - stringWidth(text))) + text;
}

/**
 * `text` in exactly `columns` columns: filled with spaces at its end, or cut with an ellipsis.
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(fit("select", 8), "select  ");
 * equal(fit("select", 4), "sel…");
 * ```
 */
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
