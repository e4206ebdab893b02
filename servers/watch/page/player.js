/**
 * Where frames come from: a server that runs, or a recording of one.
 *
 * @module
 */

import { ServerClock } from "./clock.js";
import { shownNumber } from "./dom.js";
import { History } from "./history.js";
import { KEPT_MS, KeptHistory, SEEN_MS } from "./kept_history.js";

/** Follows a server that runs. */
export class LivePlayer {
  isLive = true;
  isLost = false;
  #kept = new KeptHistory();
  #clock = new ServerClock();
  #texts;

  constructor(texts) {
    this.#texts = texts;
  }

  take(received) {
    const frame = inLanguage(received);
    if (frame.isWhole && this.newest !== undefined) this.#tellGap(frame);
    this.isLost = false;
    this.#clock.take(frame.timeMs);
    this.#kept.apply(frame);
  }

  #tellGap({ timeMs, log }) {
    const seconds = shownNumber((timeMs - this.newest.timeMs) / 1_000, 1);
    log.unshift(this.#texts.gap.replace("#", seconds));
  }

  /** No more frames come. */
  lose() {
    this.isLost = true;
    this.#clock.stop();
  }

  /** The newest frame, whatever time is shown. */
  get newest() {
    return this.#kept.newest;
  }

  /** Whether nothing is heard of the server, so that its time stands still. */
  get isStopped() {
    return this.#kept.newest !== undefined && this.#clock.isStopped;
  }

  /** Whether time was stopped for so long that what came at last is not kept. */
  get isFull() {
    return this.#kept.isFull;
  }

  /** The first time that can be shown; 0 as long as nothing is known. */
  get startMs() {
    const { startMs, heldFromMs } = this.#kept.history;
    return Math.max(startMs, Math.min(this.endMs, heldFromMs) - KEPT_MS);
  }

  /** The last time that can be shown: the present, as long as all is kept. */
  get endMs() {
    return this.isFull ? this.#kept.history.nowMs : this.#clock.nowMs;
  }

  /** What is known of a time, and of others. @param isHeld whether it is to be kept */
  historyAt(_timeMs, isHeld) {
    if (isHeld) this.#kept.hold();
    else this.#kept.release();
    return this.#kept.history;
  }
}

/** Shows a recording. */
export class RecordingPlayer {
  isLive = false;
  isStopped = false;
  isFull = false;
  #frames;
  #next = 0;
  #history = new History(SEEN_MS);

  /** @param {string[]} lines of the recording, without the first */
  constructor(lines) {
    this.#frames = lines.map((line) => inLanguage(JSON.parse(line)));
  }

  /** The newest frame of those that are shown. */
  get newest() {
    return this.#history.samples.at(-1)?.frame;
  }

  get startMs() {
    return this.#frames[0]?.timeMs ?? 0;
  }

  get endMs() {
    return this.#frames.at(-1)?.timeMs ?? 0;
  }

  /** What is known of the time: what was recorded until then and nothing else. */
  historyAt(timeMs) {
    if (timeMs < this.#history.nowMs) {
      this.#history = new History(SEEN_MS);
      this.#next = 0;
    }
    while (this.#next < this.#frames.length && this.#frames[this.#next].timeMs <= timeMs) {
      this.#history.apply(this.#frames[this.#next++]);
    }
    return this.#history;
  }
}

/** A frame with the lines of its log in the language of the page. */
function inLanguage(frame) {
  const { lang } = document.documentElement;
  return { ...frame, log: frame.log.map((line) => line[lang]) };
}
