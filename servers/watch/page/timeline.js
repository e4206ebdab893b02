/**
 * Which time is shown, in all parts of the page: the present, which moves on, or a moment of the past.
 *
 * @module
 */

import { clockTime, element, setText } from "./dom.js";

const STEP_MS = 1_000;
/** The slider follows the present in steps: more of them nobody sees, and each is laid out anew. */
const FOLLOW_MS = 250;
/** Where a key has a meaning of its own. On the slider the arrows do here as everywhere. */
const TAKES_ARROWS = "textarea, select, input:not([type=checkbox], [type=range])";
const TAKES_SPACE = `${TAKES_ARROWS}, input[type=checkbox], button, summary`;

/** A button and a slider over what is known of the past; the space bar and the arrow keys do the same. */
export class Timeline {
  element;
  isPaused = false;
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

  /**
   * @param {boolean} isLive whether the present is shown unless it is paused; a recording is played
   * @param {(text: string) => void} announce says it to those who do not see it
   */
  constructor(texts, isLive, announce) {
    this.#texts = texts;
    this.#isLive = isLive;
    this.#announce = announce;
    this.#slider.setAttribute("aria-label", texts.time);
    this.#button = element("button", { type: "button", onclick: () => this.toggle() }, texts.pause);
    this.#slider.addEventListener("input", () => this.#seek(this.#slider.valueAsNumber));
    this.element = element(
      "div",
      { class: "timeline" },
      this.#button,
      this.#slider,
      this.#moment,
    );
    addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** Pauses, or goes on: with the present, or with the recording, from its beginning if it is over. */
  toggle() {
    if (this.isPaused && this.#isOver) this.#atMs = this.#startMs;
    this.isPaused = !this.isPaused;
    this.#changed();
  }

  /**
   * Moves on with the clock, unless it is paused.
   *
   * @param {number} startMs the first time that can be shown
   * @param {number} endMs the last one
   * @param {boolean} isPresent whether that is the present
   * @returns {number} the time that is to be shown
   */
  tick(startMs, endMs, isPresent) {
    const nowMs = performance.now();
    const elapsedMs = nowMs - this.#tickMs;
    this.#tickMs = nowMs;
    if (!this.isPaused) this.#atMs = this.#isLive ? endMs : this.#atMs + elapsedMs;
    this.#startMs = startMs;
    this.#endMs = endMs;
    this.#atMs = this.#clamp(this.#atMs);
    if (!this.isPaused && this.#isOver) {
      this.isPaused = true;
      this.#changed();
    }
    if (nowMs - this.#shownMs >= FOLLOW_MS) this.#show(nowMs, isPresent && !this.isPaused);
    return this.#atMs;
  }

  /** Whether a recording is shown up to its end. */
  get #isOver() {
    return !this.#isLive && this.#atMs >= this.#endMs;
  }

  #clamp(timeMs) {
    return Math.max(Math.min(timeMs, this.#endMs), this.#startMs);
  }

  #seek(timeMs) {
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

  #onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const { key, target } = event;
    if (key === " " && !target.matches(TAKES_SPACE)) this.toggle();
    else if (key === "ArrowLeft" && !target.matches(TAKES_ARROWS)) this.#seek(this.#atMs - STEP_MS);
    else if (key === "ArrowRight" && !target.matches(TAKES_ARROWS)) {
      this.#seek(this.#atMs + STEP_MS);
    } else return;
    event.preventDefault();
  }
}

function setProperty(field, name, value) {
  if (field[name] !== value) field[name] = value;
}
