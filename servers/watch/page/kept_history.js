/**
 * Limits the history of a running server: the last minute, and more while the page is paused.
 *
 * @module
 */

import { History } from "./history.js";

/** How far back the history of a running server goes. */
export const KEPT_MS = 60_000;
/** The time span that the charts need, with a little more for the rates. */
export const SEEN_MS = 75_000;
/** How much is kept while the page is paused, see {@linkcode sizeOf}. */
const MAX_HELD = 400_000;
const FRAME_WEIGHT = 20;

/** A history of limited size. */
export class KeptHistory {
  /** The history to show. */
  history = new History(SEEN_MS + KEPT_MS);
  /** The newest frame. A full history does not contain it. */
  newest;
  /** Once the history is full while the page is paused: the history from then on. */
  #next;
  #maxHeld;
  #held = 0;

  /** @param {number} maxHeld see {@linkcode MAX_HELD} */
  constructor(maxHeld = MAX_HELD) {
    this.#maxHeld = maxHeld;
  }

  /** Whether the history is full, so that it ends before the present. */
  get isFull() {
    return this.#next !== undefined;
  }

  /** Adds a frame. */
  apply(frame) {
    this.newest = frame;
    if (this.history.heldFromMs < Infinity) this.#held += sizeOf(frame);
    if (this.#held > this.#maxHeld) this.#next ??= this.history.goOn();
    (this.#next ?? this.history).apply(frame);
  }

  /** The page is paused: keeps the history, and adds to it as long as there is room. */
  retain() {
    if (this.history.heldFromMs === Infinity) this.history.heldFromMs = this.history.nowMs;
  }

  /** The page goes on with the present. */
  release() {
    this.history.heldFromMs = Infinity;
    this.#held = 0;
    if (this.#next !== undefined) this.history = this.#next;
    this.#next = undefined;
  }
}

/** How many changes, phases and returns a frame has, and what it takes besides. */
function sizeOf({ changes, phases = [], returns = [] }) {
  return FRAME_WEIGHT + changes.length + phases.length + returns.length;
}
