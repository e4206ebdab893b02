/**
 * Where frames come from: a server that runs, or a recording of one.
 *
 * @module
 */

import { shownNumber } from "./dom.js";
import { History } from "./history.js";

/** How far back a server that runs can be looked at. */
export const KEPT_MS = 60_000;
/** A frame of a running server that is this late was not sent late: the clocks are set. */
const CATCH_UP_MS = 500;

/** Follows a server that runs. */
export class LivePlayer {
  history = new History(KEPT_MS + 15_000);
  isLive = true;
  #offsetMs = 0;
  #onFrame;

  #texts;

  /** @param onFrame is called with each frame, as the page's language has it */
  constructor(texts, onFrame) {
    this.#texts = texts;
    this.#onFrame = onFrame;
  }

  take(received) {
    const frame = inLanguage(received);
    const offsetMs = frame.timeMs - performance.now();
    // The time of the newest frame moves on evenly, though frames come when they come.
    if (Math.abs(offsetMs - this.#offsetMs) > CATCH_UP_MS) this.#offsetMs = offsetMs;
    this.#offsetMs += (offsetMs - this.#offsetMs) / 20;
    if (frame.isWhole && this.history.samples.length > 0) this.#tellGap(frame);
    this.history.apply(frame);
    this.#onFrame(frame);
  }

  #tellGap({ timeMs, log }) {
    const seconds = shownNumber((timeMs - this.history.nowMs) / 1_000, 1);
    log.unshift(this.#texts.gap.replace("#", seconds));
  }

  /** What time it is at the server. */
  get nowMs() {
    return this.#offsetMs + performance.now();
  }

  get startMs() {
    return Math.max(this.history.startMs, this.nowMs - KEPT_MS);
  }
}

/** Plays a recording, as if it were a server that runs. */
export class RecordingPlayer {
  history = new History();
  isLive = false;
  #frames;
  #next = 0;
  #onFrame;
  #atMs;
  #tickMs = performance.now();

  /** @param {string[]} lines of the recording, without the first */
  constructor(lines, onFrame) {
    this.#frames = lines.map((line) => inLanguage(JSON.parse(line)));
    this.#onFrame = onFrame;
    this.#atMs = this.startMs;
  }

  get startMs() {
    return this.#frames[0]?.timeMs ?? 0;
  }

  get endMs() {
    return this.#frames.at(-1)?.timeMs ?? 0;
  }

  get nowMs() {
    return this.#atMs;
  }

  /** Goes on by the time since the last call, unless it is paused. */
  tick(isPaused) {
    const nowMs = performance.now();
    const elapsedMs = nowMs - this.#tickMs;
    this.#tickMs = nowMs;
    if (!isPaused) this.#playTo(Math.min(this.endMs, this.#atMs + elapsedMs));
  }

  seek(timeMs) {
    if (timeMs < this.#atMs) {
      this.history = new History();
      this.#next = 0;
    }
    this.#playTo(timeMs);
  }

  #playTo(timeMs) {
    this.#atMs = timeMs;
    while (this.#next < this.#frames.length && this.#frames[this.#next].timeMs <= timeMs) {
      const frame = this.#frames[this.#next++];
      this.history.apply(frame);
      this.#onFrame(frame);
    }
  }
}

/** A frame with the lines of its log in the language of the page. */
function inLanguage(frame) {
  const { lang } = document.documentElement;
  return { ...frame, log: frame.log.map((line) => line[lang]) };
}
