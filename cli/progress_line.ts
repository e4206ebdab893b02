import { fit, widest } from "./columns.ts";

/** How far something is. */
export interface Advance {
  readonly name: string;
  /** From 0 to 1; without, nobody knows, and there is no bar. */
  readonly fraction?: number;
  /** What else there is to say, the most important first. */
  readonly facts: readonly string[];
}

const GAP = "  ";
/** Of a name, so much is shown before a fact is. */
const MIN_NAME_COLUMNS = 12;
const MAX_NAME_COLUMNS = 30;
const MIN_BAR_COLUMNS = 8;

/**
 * A line of at most `columns` columns of a terminal: a name, a bar and facts. What has no room is left
 * away, first the bar, then the last facts.
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

/** Plain ASCII: the width of blocks and lines is another where people write Chinese. */
function bar(fraction: number, columns: number): string {
  const inner = columns - 2;
  const done = Math.min(inner, Math.floor(fraction * inner));
  return `[${(done < inner ? `${"=".repeat(done)}>` : "=".repeat(inner)).padEnd(inner)}]`;
}
