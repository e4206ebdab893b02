/** Who comes later than this was kept waiting by the system. */
const LATE_MS = 20;
/** A thread that has too much to do is late each time, and ends all the same. */
const MOST_TIMES = 10;

/**
 * Until when a thread waits for what has to come. One that was kept waiting itself has not seen what came
 * meanwhile: it goes on for as long as it was late, though not for ever.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 *
 * const patience = new Patience();
 * patience.untilMs = 2_000;
 * deepEqual([1_999, 2_000].map((nowMs) => patience.isOver(nowMs)), [false, true]);
 * deepEqual([3_000, 3_999, 4_000].map((nowMs) => patience.isOver(nowMs)), [false, false, true]);
 * ```
 */
export class Patience {
  /** `Infinity` while it does not wait. */
  untilMs = Infinity;
  /** How often it was late. */
  #times = 0;

  isOver(nowMs: number): boolean {
    const lateMs = nowMs - this.untilMs;
    if (lateMs < LATE_MS || this.#times === MOST_TIMES) return lateMs >= 0;
    this.#times++;
    this.untilMs = nowMs + lateMs;
    return false;
  }
}
