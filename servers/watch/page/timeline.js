/**
 * The time that all parts of the page show: the present, or a moment of the past.
 *
 * @module
 */

import { clockTime, element, setText } from "./dom.js";
import { MomentInAddress, wantedMoment } from "./moment.js";
import { SPAN_MS } from "./shown.js";

/** The slider follows the present in steps of this length. Each step causes a layout. */
const FOLLOW_MS = 250;
/** How fast a recording can be played. */
const SPEEDS = [0.01, 0.1, 0.25, 0.5, 1, 2, 4, 10];

/** A pause button and a slider. */
export class Timeline {
  element;
  isPaused = false;
  /** Called with a moment that cannot be shown, and the first and the last that can, in seconds. */
  onMissed = () => {};
  #texts;
  #isLive;
  #announce;
  #button;
  #slider = element("input", { type: "range", min: 0, max: 1, step: "any" });
  #moment = element("span", { class: "moment" });
  #startMs = 0;
  #endMs = 0;
  #atMs = 0;
  #tickMs = performance.now();
  #shownMs = -Infinity;
  #speed = element("select");
  #zeroMs = 0;
  #address = new MomentInAddress();
  /** The moment to go to as soon as a time can be shown, in seconds after the start. */
  #wanted = wantedMoment();

  /**
   * @param {boolean} isLive whether servers run; otherwise a recording is played
   * @param {(text: string) => void} announce announces changes to screen readers
   */
  constructor(texts, isLive, announce) {
    this.#texts = texts;
    this.#isLive = isLive;
    this.#announce = announce;
    this.#slider.setAttribute("aria-label", texts.time);
    this.#button = element("button", { type: "button", onclick: () => this.toggle() }, texts.pause);
    this.#slider.addEventListener("input", () => this.seek(this.#slider.valueAsNumber));
    this.element = element(
      "div",
      { class: "timeline" },
      this.#button,
      this.#slider,
      this.#moment,
      ...(isLive ? [] : [this.#speedChoice(texts)]),
    );
    this.#address.follow((seconds) => this.#wanted = seconds);
  }

  /** Pauses or goes on. A recording that is over starts again. */
  toggle() {
    if (this.isPaused && this.#isOver) this.#atMs = this.#startMs;
    this.isPaused = !this.isPaused;
    this.onMissed(undefined);
    this.#changed();
  }

  /**
   * Advances the time, unless it is paused.
   *
   * @param {number} startMs the first time that can be shown
   * @param {number} endMs the last time that can be shown
   * @param {number} zeroMs the start of the server, from which moments are counted
   * @param {boolean} isPresent whether `endMs` is the present
   * @param _players of all that is shown
   */
  tick(startMs, endMs, zeroMs, isPresent, _players) {
    const nowMs = performance.now();
    const elapsedMs = nowMs - this.#tickMs;
    this.#tickMs = nowMs;
    if (!this.isPaused) {
      this.#atMs = this.#isLive ? endMs : this.#atMs + elapsedMs * Number(this.#speed.value);
    }
    this.#startMs = startMs;
    this.#endMs = endMs;
    this.#zeroMs = zeroMs;
    this.#goToWanted();
    this.#atMs = this.#clamp(this.#atMs);
    if (!this.isPaused && this.#isOver) {
      this.isPaused = true;
      this.#changed();
    }
    if (nowMs - this.#shownMs >= FOLLOW_MS) this.#show(nowMs, isPresent && !this.isPaused);
    this.#address.show(this.isPaused ? this.secondsAt(this.#atMs) : undefined);
  }

  /** Whether the page shows the past: what it shows is kept, and all of it is drawn at once. */
  get isPast() {
    return this.isPaused;
  }

  /** What the page shows. @returns {import("./shown.js").Shown} */
  get shown() {
    return {
      atMs: this.#atMs,
      fromMs: this.#atMs - SPAN_MS,
      toMs: this.#atMs,
      isPaused: this.isPaused,
      speed: Number(this.#speed.value || 1),
      followed: undefined,
      pointerMs: undefined,
      zeroMs: this.#zeroMs,
    };
  }

  /** A time as seconds after the server's start. */
  secondsAt(timeMs) {
    return Math.max(0, timeMs - this.#zeroMs) / 1_000;
  }

  /** Goes to the moment that the address names. */
  #goToWanted() {
    if (this.#wanted === undefined) return;
    const timeMs = this.#zeroMs + this.#wanted * 1_000;
    const [from, to] = [this.#startMs, this.#endMs].map((end) => this.secondsAt(end));
    // The address has whole milliseconds.
    const isMissed = timeMs < this.#startMs - 1 || timeMs > this.#endMs + 1;
    this.onMissed(isMissed ? this.#wanted : undefined, from, to);
    this.#wanted = undefined;
    this.seek(timeMs);
  }

  #speedChoice({ speed }) {
    for (const one of SPEEDS) {
      this.#speed.append(element("option", { value: one, selected: one === 1 }, `${one} ×`));
    }
    return element("label", { class: "speed" }, `${speed} `, this.#speed);
  }

  /** Whether a recording has reached its end. */
  get #isOver() {
    return !this.#isLive && this.#atMs >= this.#endMs;
  }

  #clamp(timeMs) {
    return Math.max(Math.min(timeMs, this.#endMs), this.#startMs);
  }

  /** Shows a time, and pauses there. */
  seek(timeMs) {
    this.#atMs = this.#clamp(timeMs);
    this.#shownMs = -Infinity;
    if (this.isPaused) return;
    this.isPaused = true;
    this.#changed();
  }

  #changed() {
    const { paused, over, goesOn } = this.#texts;
    this.#announce(this.isPaused ? this.#isOver ? over : paused : goesOn);
    this.#shownMs = -Infinity;
  }

  #show(nowMs, isPresent) {
    const { pause, resume, again, present } = this.#texts;
    setText(this.#button, this.isPaused ? this.#isOver ? again : resume : pause);
    setProperty(this.#slider, "min", String(this.#startMs));
    setProperty(this.#slider, "max", String(this.#endMs));
    setProperty(this.#slider, "value", String(this.#atMs));
    const ago = `−${((this.#endMs - this.#atMs) / 1_000).toFixed(1)} s`;
    const moment = isPresent ? present : `${clockTime(this.#atMs)} (${ago})`;
    setText(this.#moment, moment);
    if (this.#slider.getAttribute("aria-valuetext") !== moment) {
      this.#slider.setAttribute("aria-valuetext", moment);
    }
    this.#shownMs = nowMs;
  }
}

function setProperty(field, name, value) {
  if (field[name] !== value) field[name] = value;
}
