/**
 * What time it is at a server, as its frames tell it.
 *
 * @module
 */

/** A frame that comes this late was not sent late: the clocks are set. */
const CATCH_UP_MS = 500;
/** The time goes on for so long after a frame. A server that is well sends several in that time. */
const MAX_AHEAD_MS = 1_000;
/** After so long without any there is something amiss, and not just a processor busy. */
const SILENT_MS = 3_000;

/** Goes on evenly between frames, though they come when they come, and no further without any. */
export class ServerClock {
  #offsetMs = 0;
  #newestMs = 0;
  #takenMs = 0;
  #isRunning = false;

  /** A frame has come that was made at this time. */
  take(timeMs) {
    const offsetMs = timeMs - performance.now();
    if (!this.#isRunning || Math.abs(offsetMs - this.#offsetMs) > CATCH_UP_MS) {
      this.#offsetMs = offsetMs;
    }
    this.#offsetMs += (offsetMs - this.#offsetMs) / 20;
    this.#newestMs = timeMs;
    this.#takenMs = performance.now();
    this.#isRunning = true;
  }

  /** No more frames come: what happens at the server after the last one is not known. */
  stop() {
    this.#isRunning = false;
  }

  get nowMs() {
    if (!this.#isRunning) return this.#newestMs;
    return Math.min(this.#offsetMs + performance.now(), this.#newestMs + MAX_AHEAD_MS);
  }

  /** Whether it stands still for want of frames. */
  get isStopped() {
    return !this.#isRunning || performance.now() - this.#takenMs > SILENT_MS;
  }
}
