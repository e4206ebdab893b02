/**
 * How much of a server that runs is kept: a while, and more while somebody has stopped the time.
 *
 * @module
 */

import { History } from "./history.js";

/** How far back a server that runs can be looked at. */
export const KEPT_MS = 60_000;
/** What the charts show of a time goes back so far, and a little further for the rates. */
export const SEEN_MS = 75_000;
/** So many changes, and as many frames as weigh as much, are kept while the time is stopped. */
const MAX_HELD = 400_000;
const FRAME_WEIGHT = 20;

/** See the module. */
export class KeptHistory {
  /** What can be looked at. */
  history = new History(SEEN_MS + KEPT_MS);
  /** The newest frame, which may have come too late to be in the history. */
  newest;
  /** Where what is kept of a stopped time is full: the history from then on. */
  #next;
  #maxHeld;
  #held = 0;

  /** @param {number} mostHeld how much is kept at most while the time is stopped, see MAX_HELD */
  constructor(maxHeld = MAX_HELD) {
    this.#maxHeld = maxHeld;
  }

  /** Whether there was more than is kept, so that the history ends before the present. */
  get isFull() {
    return this.#next !== undefined;
  }

  apply(frame) {
    this.newest = frame;
    if (this.history.heldFromMs < Infinity) this.#held += FRAME_WEIGHT + frame.changes.length;
    if (this.#held > this.#maxHeld) this.#next ??= this.history.goOn();
    (this.#next ?? this.history).apply(frame);
  }

  /** The time is stopped: what can be looked at now is kept, and what comes as long as there is room. */
  hold() {
    if (this.history.heldFromMs === Infinity) this.history.heldFromMs = this.history.nowMs;
  }

  /** The time goes on with the present. */
  release() {
    this.history.heldFromMs = Infinity;
    this.#held = 0;
    if (this.#next !== undefined) this.history = this.#next;
    this.#next = undefined;
  }
}
