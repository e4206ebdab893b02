/**
 * Where a time is in the picture. The picture moves by whole device pixels, so that nothing shimmers.
 *
 * @module
 */

import { shownNumber } from "./dom.js";

/** The steps between two ticks of an axis, in milliseconds. */
const STEPS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000];

/** A span of time on the pixels from `left` to `width`. */
export class TimeScale {
  left;
  ratio;
  fromMs;
  toMs;
  /** The time of a device pixel. It depends on the span only, so that a time keeps its column. */
  pixelMs;
  #shift;

  /**
   * @param {{ left: number, width: number, ratio: number, fromMs: number, toMs: number }} place `left` and
   *   `width` in CSS pixels; `ratio` of device pixels to those
   */
  constructor({ left, width, ratio, fromMs, toMs }) {
    this.left = left;
    this.ratio = ratio;
    this.fromMs = fromMs;
    this.toMs = toMs;
    this.pixelMs = pixelMsOf({ left, width, ratio, fromMs, toMs });
    this.#shift = Math.round(width * ratio) - Math.ceil(toMs / this.pixelMs);
  }

  /** The column of device pixels of a time. Columns do not move with the picture. */
  columnOf(timeMs) {
    return Math.round(timeMs / this.pixelMs);
  }

  /** Where a column begins, in CSS pixels; at the left edge for those before. */
  xOfColumn(column) {
    return Math.max(this.left, (column + this.#shift) / this.ratio);
  }

  /** Where a time is or would be, in CSS pixels, also left of the edge. */
  placeOf(timeMs) {
    return (this.columnOf(timeMs) + this.#shift) / this.ratio;
  }

  /** Where a time is, in CSS pixels; at the left edge for times before. */
  xOf(timeMs) {
    return this.xOfColumn(this.columnOf(timeMs));
  }

  /** The time at a place. */
  timeAt(x) {
    return (x * this.ratio - this.#shift) * this.pixelMs;
  }

  /** How far what is drawn has moved, in CSS pixels. */
  get offset() {
    return this.#shift / this.ratio;
  }

  /**
   * The ticks of an axis.
   *
   * @param {number} zeroMs the time from which they count
   * @param {number} apart the least distance of two ticks, in CSS pixels
   * @returns {{ timeMs: number, text: string }[]}
   */
  ticks(zeroMs, apart) {
    const leastMs = apart * this.ratio * this.pixelMs;
    const stepMs = STEPS_MS.find((ms) => ms >= leastMs) ?? STEPS_MS.at(-1);
    const digits = stepMs >= 1_000 ? 0 : 4 - String(stepMs).length;
    const ticks = [];
    const first = Math.max(0, Math.ceil((this.fromMs - zeroMs) / stepMs));
    for (let n = first; zeroMs + n * stepMs <= this.toMs; n++) {
      const timeMs = zeroMs + n * stepMs;
      ticks.push({ timeMs, text: `+${shownNumber(n * stepMs / 1_000, digits)} s` });
    }
    return ticks;
  }
}

/** The time of a device pixel of such a scale. */
export function pixelMsOf({ left, width, ratio, fromMs, toMs }) {
  // Times since the epoch are exact to a quarter of a microsecond.
  const spanMs = Number((toMs - fromMs).toFixed(3));
  return spanMs / Math.max(1, Math.round((width - left) * ratio));
}
