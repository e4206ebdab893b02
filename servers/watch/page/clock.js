/**
 * Estimates the time at a server from the times of its frames.
 *
 * @module
 */

/** A larger difference is not a late frame: one of the clocks was set. */
const CATCH_UP_MS = 500;
/** The clock runs on for this long after a frame. A healthy server sends several in that time. */
const MAX_AHEAD_MS = 1_000;
/** Without a frame for this long, something is wrong: it is more than a busy processor. */
const SILENT_MS = 3_000;

/**
 * Runs evenly and never back, though frames arrive unevenly, and stops when none arrive. Only where the
 * connection ends it goes back, to the last frame.
 */
export class ServerClock {
  #offsetMs = 0;
  #newestMs = 0;
  #syncedMs = 0;
  #shownMs = 0;
  #isRunning = false;

  /** Adjusts the clock to a frame that was made at `timeMs`. */
  sync(timeMs) {
    const offsetMs = timeMs - performance.now();
    if (!this.#isRunning || Math.abs(offsetMs - this.#offsetMs) > CATCH_UP_MS) {
      this.#offsetMs = offsetMs;
    }
    this.#offsetMs += (offsetMs - this.#offsetMs) / 20;
    this.#newestMs = timeMs;
    this.#syncedMs = performance.now();
    this.#isRunning = true;
  }

  /** Stops the clock at the last frame. */
  stop() {
    this.#shownMs = this.#newestMs;
    this.#isRunning = false;
  }

  /** The estimated time, in milliseconds since the epoch. */
  get nowMs() {
    if (!this.#isRunning) return this.#newestMs;
    const mostMs = this.#newestMs + MAX_AHEAD_MS;
    const nowMs = Math.min(this.#offsetMs + performance.now(), mostMs);
    // A late frame lowers the estimate: the clock stands still until that is made up for. It goes back only
    // from a time that no late frame explains.
    if (this.#shownMs < nowMs || this.#shownMs > mostMs) this.#shownMs = nowMs;
    return this.#shownMs;
  }

  /** Whether the clock has stopped because no frames arrive. */
  get isStopped() {
    return !this.#isRunning || performance.now() - this.#syncedMs > SILENT_MS;
  }
}
