/**
 * Which time is shown: the present, which moves on, or a moment of the past.
 *
 * @module
 */

import { element } from "./dom.js";

const STEP_MS = 250;

/** A button and a slider over what is known of the past; the space bar and the arrow keys do the same. */
export class Timeline {
  element;
  isPaused = false;
  #texts;
  #button;
  #slider = element("input", { type: "range", min: 0, max: 1, step: STEP_MS });
  #isFollowing = true;
  #atMs = 0;
  #onSeek;

  /** @param {((timeMs: number) => void) | undefined} onSeek of a recording: goes to that time */
  constructor(texts, onSeek) {
    this.#texts = texts;
    this.#onSeek = onSeek;
    this.#slider.setAttribute("aria-label", texts.time);
    this.#button = element("button", { type: "button", onclick: () => this.toggle() }, texts.pause);
    this.#slider.addEventListener("input", () => this.#seek(this.#slider.valueAsNumber));
    this.element = element("div", { class: "timeline" }, this.#button, this.#slider);
    addEventListener("keydown", (event) => this.#onKey(event));
  }

  toggle() {
    this.isPaused = !this.isPaused;
    if (!this.isPaused) this.#isFollowing = true;
    this.#button.textContent = this.isPaused ? this.#texts.resume : this.#texts.pause;
  }

  /** The time to be shown, between the first that is known and the present. */
  timeToShow(startMs, nowMs, endMs = nowMs) {
    if (!this.isPaused && this.#isFollowing) this.#atMs = nowMs;
    this.#atMs = Math.min(Math.max(this.#atMs, startMs), nowMs);
    this.#slider.min = startMs;
    this.#slider.max = endMs;
    this.#slider.value = this.#atMs;
    const agoSeconds = ((endMs - this.#atMs) / 1_000).toFixed(1);
    this.#slider.setAttribute("aria-valuetext", `−${agoSeconds} s`);
    return this.#atMs;
  }

  #seek(timeMs) {
    this.#atMs = timeMs;
    if (this.#onSeek !== undefined) return this.#onSeek(timeMs);
    if (!this.isPaused) this.toggle();
  }

  #onKey(event) {
    const isTyping = /^(?:INPUT|BUTTON|SUMMARY|TEXTAREA)$/.test(event.target.tagName);
    if (isTyping || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === " ") this.toggle();
    else if (event.key === "ArrowLeft") this.#seek(this.#atMs - 1_000);
    else if (event.key === "ArrowRight") this.#seek(this.#atMs + 1_000);
    else return;
    event.preventDefault();
  }
}
