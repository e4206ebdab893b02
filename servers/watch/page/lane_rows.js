/**
 * The bars of a lane, in rows that do not overlap.
 *
 * @module
 */

/** A lane has as many rows as it has clients at a time. */
export class LaneRows {
  /** @type {import("./history.js").Bar[]} */
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
