import { padEnd, padStart, widest } from "./columns.ts";

/** What stands between two columns. */
const GAP = "  ";

/** A column of a table, from its heading down. */
export interface Column {
  readonly heading: string;
  readonly cells: readonly string[];
  /** Figures stand at the right, words at the left. */
  readonly align: "left" | "right";
}

/** How many columns of a terminal a column of a table takes. */
export function widthOf({ heading, cells }: Column): number {
  return widest([heading, ...cells]);
}

/**
 * Shares the columns of a table among as few tables as are as wide as the terminal, each of which
 * begins with the first column. One that does not fit by itself stands there all the same.
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

/** How wide a table is. */
export function tableWidth(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + widthOf(column) + GAP.length, -GAP.length);
}

/** A table as lines: the headings first. */
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
