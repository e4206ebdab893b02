import { fit, widest } from "./columns.ts";

/** The progress of one piece of work. */
export interface Advance {
  readonly name: string;
  /** From 0 to 1; left out when it is unknown, and then there is no bar. */
  readonly fraction?: number;
  /** More texts to show, the most important first. */
  readonly facts: readonly string[];
}

const GAP = "  ";
/** Facts give way to this much of the name. */
const MIN_NAME_COLUMNS = 12;
const MAX_NAME_COLUMNS = 30;
const MIN_BAR_COLUMNS = 8;

/**
 * A line with a name, a bar and facts. If they do not fit, the bar goes first, then the last facts.
 *
 * @param columns the maximum width, in columns of a terminal
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * const line = progressLine({ name: "file", fraction: 0.5, facts: ["1 MB"] }, 40);
 * equal(line, "file               [======>      ]  1 MB");
 * ```
 */
export function progressLine({ name, fraction, facts }: Advance, columns: number): string {
  const shown = [...facts];
  while (shown.length > 1 && columns - widthOf(shown) < MIN_NAME_COLUMNS) shown.pop();
  const room = Math.max(0, columns - widthOf(shown));
  const withBar = fraction !== undefined &&
    room >= MIN_NAME_COLUMNS + GAP.length + MIN_BAR_COLUMNS;
  if (fraction === undefined || !withBar) return fit(name, room) + tail(shown);
  const nameColumns = Math.min(
    MAX_NAME_COLUMNS,
    Math.max(MIN_NAME_COLUMNS, Math.floor(room / 2)),
  );
  const barColumns = room - nameColumns - GAP.length;
  return fit(name, nameColumns) + GAP + bar(fraction, barColumns) + tail(shown);
}

function tail(facts: readonly string[]): string {
  return facts.map((fact) => GAP + fact).join("");
}

function widthOf(facts: readonly string[]): number {
  return widest([tail(facts)]);
}

/** In plain ASCII: Chinese terminals draw blocks and lines in other widths. */
function bar(fraction: number, columns: number): string {
  const inner = columns - 2;
  const done = Math.min(inner, Math.floor(fraction * inner));
  return `[${(done < inner ? `${"=".repeat(done)}>` : "=".repeat(inner)).padEnd(inner)}]`;
}
