// deno-lint-ignore no-control-regex
const SEQUENCE = /^\x1b\[(\d*)([A-Z])/i;

/**
 * What stands on a terminal that has got `output`: its lines, as if none had ever left at the top. Of
 * what a terminal does, only that is known which editing a line needs.
 */
export function screenOf(output: string, columns: number): string[] {
  const rows: string[][] = [[]];
  let [row, column] = [0, 0];
  for (let rest = output; rest !== "";) {
    const [sequence, count = "", code] = SEQUENCE.exec(rest) ?? [];
    const character = rest[0];
    rest = rest.slice(sequence?.length ?? 1);
    if (code === "A") row = Math.max(0, row - Number(count || 1));
    else if (code === "C") column += Number(count || 1);
    else if (code === "D") column = Math.max(0, column - Number(count || 1));
    else if (code === "G") column = Number(count || 1) - 1;
    else if (code === "J") [rows[row].length, rows.length] = [column, row + 1];
    else if (code === "K") rows[row].length = count === "2" ? 0 : column;
    else if (sequence !== undefined) continue;
    else if (character === "\r") column = 0;
    else if (character === "\n") row++;
    else {
      if (column === columns) [row, column] = [row + 1, 0];
      while (rows.length <= row) rows.push([]);
      while (rows[row].length < column) rows[row].push(" ");
      rows[row][column++] = character;
    }
    while (rows.length <= row) rows.push([]);
  }
  return rows.map((cells) => cells.join("").trimEnd());
}
