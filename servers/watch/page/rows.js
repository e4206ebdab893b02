/**
 * The rows of the picture: which of them are visible, and in which order.
 *
 * @module
 */

import { BACKLOG } from "./history.js";

/** With too many rows, ended ones stay for at least this long. */
const JUST_NOW_MS = 3_000;

/**
 * The rows of all lanes that have a bar between two times, from top to bottom. If there are more than
 * `max`, the rows that ended first are left out, except those that ended just now.
 *
 * @param {import("./history.js").History} history
 * @returns {{ lane: number, row: number, bars: import("./history.js").Bar[] }[]}
 */
export function visibleRows(history, fromMs, toMs, max = Infinity) {
  const rows = [];
  for (const [lane, { bars }] of history.lanes) {
    const ofLane = new Map();
    for (const bar of bars) {
      if (bar.endMs < fromMs || bar.times[0] > toMs) continue;
      if (!ofLane.has(bar.row)) ofLane.set(bar.row, []);
      ofLane.get(bar.row).push(bar);
    }
    for (const [row, bars] of ofLane) rows.push({ lane, row, bars });
  }
  const shown = rows.length > max ? lastToEnd(rows, toMs, max) : rows;
  return shown.sort((one, other) => placeOf(one) - placeOf(other) || one.row - other.row);
}

function lastToEnd(rows, toMs, max) {
  const endOf = ({ bars }) => Math.min(bars.at(-1).endMs, toMs);
  const ends = rows.map(endOf).sort((one, other) => other - one);
  const sinceMs = Math.min(ends[max - 1], toMs - JUST_NOW_MS);
  return rows.filter((row) => endOf(row) >= sinceMs);
}

/** Threads and processes come first, then the queue, and the backlog last. */
function placeOf({ lane }) {
  return lane >= 0 ? lane : lane === BACKLOG ? Number.MAX_VALUE : Number.MAX_SAFE_INTEGER;
}
