/**
 * A table for spreadsheets, RFC 4180.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(csvTable([["name", "ms"], ["a,b", 2], ['"', undefined]]), 'name,ms\r\n"a,b",2\r\n"""",\r\n');
 * ```
 */
export function csvTable(
  rows: readonly (readonly (string | number | boolean | undefined)[])[],
): string {
  return rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(value: string | number | boolean | undefined): string {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
