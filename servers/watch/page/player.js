/**
 * Players provide the history that is shown: of a running server, or of a recording.
 *
 * @module
 */

import { ServerClock } from "./clock.js";
import { shownNumber } from "./dom.js";
import { nextEventMs, previousEventMs } from "./events.js";
import { History } from "./history.js";
import { KEPT_MS, KeptHistory, SEEN_MS } from "./kept_history.js";

/** How much the span that charts and lanes show may reach back from the time that is shown. */
const LOOKED_BACK_MS = 60_000;
/** Between the past that a server has kept and the present, there is a gap of a few frames. */
const SEAM_MS = 1_000;

/** Follows a running server. */
export class LivePlayer {
  isLive = true;
  isLost = false;
  #kept = new KeptHistory();
  #clock = new ServerClock();
  #texts;
  /** Whether the newest frame is from before the page was opened. */
  #isPast = false;

  constructor(texts) {
    this.#texts = texts;
  }

  /** Adds a frame that has arrived. */
  apply(received) {
    const frame = inLanguage(received);
    const beforeMs = this.newest?.timeMs;
    const isSeam = this.#isPast && frame.timeMs - beforeMs < SEAM_MS;
    if (frame.isWhole && beforeMs !== undefined && !isSeam) this.#logGap(frame);
    this.#isPast = false;
    this.isLost = false;
    this.#clock.sync(frame.timeMs);
    this.#kept.apply(frame);
  }

  /** Adds frames of the past, before the first one arrives. */
  applyPast(lines) {
    for (const line of lines) this.#kept.apply(inLanguage(JSON.parse(line)));
    this.#isPast = this.newest !== undefined;
    if (this.#isPast) this.#clock.sync(this.newest.timeMs);
  }

  #logGap({ timeMs, log }) {
    const seconds = shownNumber((timeMs - this.newest.timeMs) / 1_000, 1);
    log.unshift(this.#texts.gap.replace("#", seconds));
  }

  /** The connection is lost: no more frames arrive. */
  lose() {
    this.isLost = true;
    this.#clock.stop();
  }

  /** The newest frame, also while the page shows the past. */
  get newest() {
    return this.#kept.newest;
  }

  /** Whether no frames arrive, so that the time of the server stands still. */
  get isStopped() {
    return this.#kept.newest !== undefined && this.#clock.isStopped;
  }

  /** Whether the page was paused for so long that the latest frames were not kept. */
  get isFull() {
    return this.#kept.isFull;
  }

  /** The first time that can be shown; 0 before the first frame. */
  get startMs() {
    const { startMs, heldFromMs } = this.#kept.history;
    return Math.max(startMs, Math.min(this.endMs, heldFromMs) - KEPT_MS);
  }

  /** The last time that can be shown: the present, unless the history is full. */
  get endMs() {
    return this.isFull ? this.#kept.history.nowMs : this.#clock.nowMs;
  }

  /** The history. @param {boolean} isHeld whether to keep it, because the page is paused */
  historyAt(_timeMs, isHeld) {
    if (isHeld) this.#kept.retain();
    else this.#kept.release();
    return this.#kept.history;
  }

  /** The time of the next thing that happened after a time, if there is one. */
  nextEventMs(afterMs) {
    return nextEventMs(this.#kept.history, afterMs);
  }

  /** The time of the last thing that happened before a time, if there is one. */
  previousEventMs(beforeMs) {
    return previousEventMs(this.#kept.history, beforeMs);
  }
}

/** Plays a recording. */
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

  /** The newest frame that was looked at. */
  get newest() {
    return this.#history.samples.at(-1)?.frame;
  }

  get startMs() {
    return this.#frames[0]?.timeMs ?? 0;
  }

  get endMs() {
    return this.#frames.at(-1)?.timeMs ?? 0;
  }

  /** The history up to a time, and the frame after it, which has what happened shortly before it. */
  historyAt(timeMs) {
    const { startMs } = this.#history;
    if (startMs > this.startMs && timeMs - LOOKED_BACK_MS < startMs) {
      this.#history = new History(SEEN_MS);
      this.#next = 0;
    }
    while (this.#history.nowMs <= timeMs && this.#applyNext());
    return this.#history;
  }

  /** The time of the next thing that happened after a time, if there is one. */
  nextEventMs(afterMs) {
    const history = this.historyAt(afterMs);
    do {
      const timeMs = nextEventMs(history, afterMs);
      if (timeMs !== undefined) return timeMs;
    } while (this.#applyNext());
    return undefined;
  }

  /** The time of the last thing that happened before a time, if there is one. */
  previousEventMs(beforeMs) {
    return previousEventMs(this.historyAt(beforeMs), beforeMs);
  }

  /** Adds the next frame. @returns whether there was one */
  #applyNext() {
    const frame = this.#frames[this.#next];
    if (frame === undefined) return false;
    this.#history.apply(frame);
    this.#next++;
    return true;
  }
}

/** A frame with its log in the page's language. */
function inLanguage(frame) {
  const { lang } = document.documentElement;
  return { ...frame, log: frame.log.map(({ timeMs, ...line }) => ({ timeMs, text: line[lang] })) };
}
