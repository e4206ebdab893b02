/**
 * A moment in the address of the page: `#t=12.3` is 12.3 seconds after the server's start.
 *
 * @module
 */

import { shownNumber } from "./dom.js";

/** Browsers limit how often an address changes. */
const PAUSE_MS = 400;

/** In the course, the address names a step, and no moment. */
const IS_OURS = /^(?:#t=.*)?$/;

/** The moment that the address names, in seconds; `undefined` if it names none. */
export function wantedMoment() {
  const seconds = /^#t=(\d{1,9}(?:\.\d{1,6})?)$/.exec(location.hash)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

/** Keeps the address up to date. */
export class MomentInAddress {
  #shown = location.hash;
  #lastMs = -Infinity;

  /**
   * Shows a moment in the address, or none. Call it again and again: it has its own pace.
   *
   * @param {number | undefined} seconds after the server's start
   * @param {number} digits of it: an event has microseconds
   */
  show(seconds, digits = 3) {
    const wanted = seconds === undefined ? "" : `#t=${Number(seconds.toFixed(digits))}`;
    const nowMs = performance.now();
    if (wanted === this.#shown || nowMs - this.#lastMs < PAUSE_MS) return;
    if (!IS_OURS.test(location.hash)) return;
    this.#lastMs = nowMs;
    this.#shown = wanted;
    history.replaceState(history.state, "", wanted || location.pathname + location.search);
  }

  /** Calls `onWanted` when people change the address, or follow a link to another moment. */
  follow(onWanted) {
    addEventListener("hashchange", () => {
      this.#shown = location.hash;
      const seconds = wantedMoment();
      if (seconds !== undefined) onWanted(seconds);
    });
  }
}

/**
 * A time after the server's start, as "+1.234 s", in the page's language.
 *
 * @param {number} digits after the decimal point; beyond three, a gap parts them
 */
export function relativeTime(seconds, digits = 3) {
  const sign = seconds < 0 ? "−" : "+";
  const shown = shownNumber(Math.abs(seconds), digits);
  return `${sign}${digits > 3 ? `${shown.slice(0, -3)}\u202f${shown.slice(-3)}` : shown} s`;
}

/** How many digits of a second tell apart what is seen in a span: milliseconds, or microseconds. */
export function digitsOf(spanMs) {
  return spanMs < 1_000 ? 6 : 3;
}

/** A length of time, in the unit that people would choose: "12 µs", "3.4 ms", "15 s". */
export function shownSpan(ms) {
  if (ms < 1) return `${shownNumber(ms * 1_000)} µs`;
  if (ms < 1_000) return `${shownNumber(ms, ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms`;
  return `${shownNumber(ms / 1_000, ms < 100_000 ? 1 : 0)} s`;
}
