import { padEnd, padStart, widest } from "./columns.ts";

/** The space between two columns. */
const GAP = "  ";

/** A column of a table, from its heading down. */
export interface Column {
  readonly heading: string;
  readonly cells: readonly string[];
  /** `right` for figures, `left` for words. */
  readonly align: "left" | "right";
}

/**
 * The width of a column of a table, in columns of a terminal.
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(widthOf({ heading: "model", cells: ["select"], align: "left" }), 6);
 * ```
 */
export function widthOf({ heading, cells }: Column): number {
  return widest([heading, ...cells]);
}

/**
 * Splits a table into as few tables as fit the terminal. Each begins with the first column, and has at
 * least one more, even if that does not fit.
 *
 * @param width the maximum width of a table, in columns of a terminal
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * const columns = [
 *   { heading: "server", cells: ["select", "epoll"], align: "left" },
 *   { heading: "messages/s", cells: ["9", "10"], align: "right" },
 * ] as const;
 * equal(splitTable([...columns, columns[1]], 20).length, 2);
 * ```
 */
export function splitTable(columns: readonly Column[], width: number): Column[][] {
  const [first, ...others] = columns;
  const tables: Column[][] = [[first]];
  for (const column of others) {
    const table = tables[tables.length - 1];
    if (table.length > 1 && tableWidth([...table, column]) > width) tables.push([first, column]);
    else table.push(column);
  }
  return tables;
}

/**
 * The width of a table, in columns of a terminal.
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(tableWidth([{ heading: "model", cells: ["select"], align: "left" }]), 6);
 * ```
 */
export function tableWidth(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + widthOf(column) + GAP.length, -GAP.length);
}

/**
 * The lines of a table, its headings first.
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * const columns = [
 *   { heading: "server", cells: ["select", "epoll"], align: "left" },
 *   { heading: "messages/s", cells: ["9", "10"], align: "right" },
 * ] as const;
 * deepEqual(tableLines(columns), [
 *   "server  messages/s",
 *   "select           9",
 *   "epoll           10",
 * ]);
 * ```
 */
export function tableLines(columns: readonly Column[]): string[] {
  const widths = columns.map(widthOf);
  const texts = columns.map(({ heading, cells }) => [heading, ...cells]);
  return texts[0].map((_, row) =>
    columns.map(({ align }, index) => {
      const text = texts[index][row];
      return align === "left" ? padEnd(text, widths[index]) : padStart(text, widths[index]);
    }).join(GAP).trimEnd()
  );
}
