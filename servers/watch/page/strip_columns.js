/**
 * What a lane did over time, in columns of pixels: long pieces, and columns that several short ones share.
 *
 * @module
 */

import { ACTIVITIES, pieceAt } from "./history.js";

/** Shorter pieces share their columns with others. In device pixels. */
const MIN_COLUMNS = 2;

/**
 * A piece from the column `from` until that of `until`. `beginMs` is when it began, which tells it from others.
 *
 * @typedef {{ beginMs: number, from: number, until: number, activity: number, client: number }} Piece
 */

/** A column, and the part of its time that each activity took, beside long pieces.
 *
 * @typedef {{ column: number, shares: Float64Array }} Column
 */

/** The columns of a lane. What will not change is kept while the picture moves on. */
export class StripColumns {
  #pixelMs = 0;
  #fromMs = 0;
  /** Until when the columns are kept. */
  #doneMs = 0;
  #kept = { pieces: [], columns: [] };

  /**
   * The columns in the time of a scale.
   *
   * @param {import("./history.js").Phases} phases of the lane, which may have become more
   * @param {import("./time_scale.js").TimeScale} scale
   * @returns {{ pieces: Piece[], columns: Column[] }}
   */
  at(phases, { fromMs, toMs, pixelMs }) {
    if (pixelMs !== this.#pixelMs || fromMs < this.#fromMs || toMs < this.#doneMs) {
      [this.#pixelMs, this.#fromMs, this.#doneMs] = [pixelMs, fromMs, fromMs];
      this.#kept = { pieces: [], columns: [] };
    }
    // What the lane does last still goes on, and its column is not full.
    const closedMs = Math.min(phases.times.at(-1), toMs);
    const fullMs = (Math.round(closedMs / pixelMs) - 0.5) * pixelMs;
    if (fullMs > this.#doneMs) {
      walk(phases, pixelMs, this.#doneMs, fullMs, toMs, this.#kept);
      this.#doneMs = fullMs;
    }
    const first = Math.round(fromMs / pixelMs);
    const { pieces, columns } = this.#kept;
    forget(pieces, ({ until }) => until < first);
    forget(columns, ({ column }) => column < first);
    const all = { pieces: pieces.map((piece) => ({ ...piece })), columns: [...columns] };
    walk(phases, pixelMs, this.#doneMs, toMs, toMs, all);
    return all;
  }
}

/** Removes the first ones. Rarely, and many at once. */
function forget(list, isOld) {
  const old = list.findIndex((one) => !isOld(one));
  if (old > 100) list.splice(0, old);
}

/** Adds what a lane did between two times, which are edges of columns, or the last time of all. */
function walk({ times, activities, clients }, pixelMs, startMs, endMs, lastMs, into) {
  const columnOf = (timeMs) => Math.round(timeMs / pixelMs);
  let shares, current;
  for (let i = pieceAt(times, startMs); i < times.length && times[i] < endMs; i++) {
    const untilMs = times[i + 1] ?? lastMs;
    const [fromMs, toMs] = [Math.max(times[i], startMs), Math.min(untilMs, endMs)];
    if (fromMs >= toMs) continue;
    const [activity, client] = [activities[i], clients[i]];
    if (untilMs - times[i] >= MIN_COLUMNS * pixelMs) {
      const piece = { beginMs: times[i], from: columnOf(fromMs), until: columnOf(toMs) };
      const before = into.pieces.at(-1);
      if (before?.beginMs === piece.beginMs) before.until = piece.until;
      else into.pieces.push({ ...piece, activity, client });
      continue;
    }
    for (let atMs = fromMs; atMs < toMs;) {
      const column = columnOf(atMs);
      if (column !== current) {
        current = column;
        shares = new Float64Array(ACTIVITIES.length);
        into.columns.push({ column, shares });
      }
      const nextMs = Math.max(atMs + pixelMs * 1e-3, Math.min(toMs, (column + 0.5) * pixelMs));
      shares[activity] += (nextMs - atMs) / pixelMs;
      atMs = nextMs;
    }
  }
}
