/**
 * The bars of a lane, in rows that do not overlap.
 *
 * @module
 */

/**
 * A client on a lane. From `times[i]` on it was in `states[i]`; the bar ends at `endMs`.
 *
 * @typedef {{ client: number, peer: string, lane: number, row: number, times: number[],
 *   states: number[], endMs: number }} Bar
 */

/** A lane has as many rows as it has clients at a time. */
export class LaneRows {
  /** @type {Bar[]} */
  bars = [];
  #occupied = [];
  #lowestFree = 0;

  /** Returns the lowest free row, which is occupied from now on. */
  allocateRow() {
    let row = this.#lowestFree;
    while (this.#occupied[row]) row++;
    this.#occupied[row] = true;
    this.#lowestFree = row + 1;
    return row;
  }

  /** Frees a row for the next client. @param {number} row as it was allocated */
  freeRow(row) {
    this.#occupied[row] = false;
    this.#lowestFree = Math.min(this.#lowestFree, row);
  }
}
