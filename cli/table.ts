import stringWidth from "string-width";

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
  return Math.max(...[heading, ...cells].map((text) => stringWidth(text)));
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
      const space = " ".repeat(widths[index] - stringWidth(text));
      return align === "left" ? text + space : space + text;
    }).join(GAP).trimEnd()
  );
}

/** A bar of at most `width` columns for a part of a whole, exact to an eighth of a column. */
export function bar(part: number, width: number): string {
  const eighths = Math.round(Math.max(0, Math.min(1, part)) * width * 8);
  const last = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
  return "█".repeat(Math.floor(eighths / 8)) + last;
}
