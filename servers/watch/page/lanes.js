/**
 * Draws the picture: lanes from left to right, and a bar for each client.
 *
 * @module
 */

import { clockTime, colorOf } from "./dom.js";
import { indexAt, pieceAt, STATES, WEIGHT } from "./history.js";
import { Throttle } from "./pace.js";
import { visibleRows } from "./rows.js";

/** With more rows than this, the picture shows the number of clients in each state instead. */
const MAX_ROWS = 64;
const TICK_MS = 5_000;
/** The labels get wider in steps, so that the picture does not move with each digit. In pixels. */
const LABEL_STEP = 24;
const AXIS_HEIGHT = 18;
const MAX_ROW_HEIGHT = 26;
/** With more rows than this, the rows get lower instead of the picture higher. */
const MAX_TALL_ROWS = 24;
const MIN_HEIGHT = 120;
const COUNTS_HEIGHT = 240;
/** The order of the states in a stack, from the bottom. */
const STACKED = ["served", "asleep", "blocked", "waiting", "queued", "backlog"]
  .map((state) => STATES.indexOf(state));
const WAITING = STATES.indexOf("waiting");
const FONT = "12px system-ui, sans-serif";

/** Draws the lanes on a surface. */
export class LanePicture {
  #surface;
  #context;
  #labels;
  #text = "";
  #muted = "";
  #line = "";
  /** The x at which the labels end and the time begins. */
  #left = 0;
  /** The time span of the picture. */
  #spanMs = 1;
  /** Skips drawings that would be the same. */
  #throttle = new Throttle(0);
  #isDetailed = true;

  /**
   * @param surface see canvas_surface.js
   * @param labels `lane(number)` names a lane, `clients(count)` a number of clients
   */
  constructor(surface, labels) {
    this.#surface = surface;
    this.#context = surface.context;
    this.#labels = labels;
  }

  /**
   * Draws what is shown.
   *
   * @param {import("./shown.js").Shown} shown
   * @returns whether each client has its own bar
   */
  draw(history, { fromMs, toMs }) {
    // Times since the epoch are exact to a quarter of a microsecond.
    this.#spanMs = Number((toMs - fromMs).toFixed(3));
    if (this.#surface.refresh()) this.#takeColors();
    const index = indexAt(history.samples, toMs);
    // The first frame after a time may contain changes before it.
    const frames = [history.samples[index].frame, history.samples[index + 1]?.frame];
    // The picture does not change within the time of a pixel.
    const pixel = Math.ceil(toMs / this.#pixelMs);
    const { width, fills } = this.#surface;
    if (!this.#throttle.isDue(...frames, pixel, this.#spanMs, width, fills)) {
      return this.#isDetailed;
    }
    const span = { fromMs, toMs };
    const present = sum(history.samples[index].counts);
    const rows = present <= MAX_ROWS
      ? visibleRows(history, span.fromMs, toMs, MAX_ROWS)
      : undefined;
    this.#isDetailed = rows !== undefined && rows.length <= MAX_ROWS;
    if (this.#isDetailed) this.#drawRows(rows, span);
    else this.#drawCounts(history.samples, index, this.#labels.clients(present), span);
    return this.#isDetailed;
  }

  /** The time that a device pixel stands for, in milliseconds. */
  get #pixelMs() {
    const { width, ratio } = this.#surface;
    return this.#spanMs / Math.max(1, Math.round((width - this.#left) * ratio));
  }

  #takeColors() {
    this.#text = colorOf("text");
    this.#muted = colorOf("muted");
    this.#line = colorOf("line");
  }

  /** Resizes and clears the picture, and draws the axis. @returns the place of the bars */
  #begin(labels, wantedHeight, span) {
    const height = Math.max(MIN_HEIGHT, wantedHeight);
    const { width, ratio, fills } = this.#surface;
    this.#surface.begin(height + AXIS_HEIGHT);
    const context = this.#context;
    context.font = FONT;
    context.textBaseline = "middle";
    context.lineWidth = 1;
    const widest = Math.max(0, ...labels.map((label) => context.measureText(label).width));
    this.#left = Math.min(Math.ceil((widest + 12) / LABEL_STEP) * LABEL_STEP, width / 2);
    const left = this.#left;
    // The picture moves by whole pixels, so that nothing shimmers.
    const pixelMs = this.#pixelMs;
    const last = Math.ceil(span.toMs / pixelMs);
    const right = Math.round(width * ratio);
    const at = (timeMs) => Math.max(left, (right - last + Math.round(timeMs / pixelMs)) / ratio);
    fills.moveTo(-last / ratio);
    const place = { left, height, at };
    this.#drawAxis(place, span);
    return place;
  }

  #drawAxis({ left, height, at }, { fromMs, toMs }) {
    const context = this.#context;
    context.fillStyle = this.#text;
    context.strokeStyle = this.#line;
    context.textAlign = "left";
    const half = Math.ceil(context.measureText(clockTime(toMs)).width / 2);
    const firstMs = Math.ceil(fromMs / TICK_MS) * TICK_MS;
    context.beginPath();
    for (let timeMs = firstMs; timeMs <= toMs; timeMs += TICK_MS) {
      const x = at(timeMs);
      if (x <= left) continue;
      context.moveTo(x + 0.5, 0);
      context.lineTo(x + 0.5, height);
      // A label is drawn only if it fits.
      if (x + half > this.#surface.width || x < half) continue;
      context.fillText(clockTime(timeMs), x - half, height + AXIS_HEIGHT / 2);
    }
    context.stroke();
  }

  #drawRows(rows, span) {
    const names = new Map(rows.map(({ lane }) => [lane, this.#labels.lane(lane)]));
    const place = this.#begin(
      [...names.values()],
      Math.min(rows.length, MAX_TALL_ROWS) * MAX_ROW_HEIGHT,
      span,
    );
    const rowHeight = Math.min(MAX_ROW_HEIGHT, place.height / Math.max(1, rows.length));
    let labelled;
    rows.forEach(({ lane, bars }, index) => {
      const top = Math.round(index * rowHeight);
      if (lane !== labelled) {
        const isOver = lane > 0 && bars.at(-1).endMs <= span.toMs;
        this.#drawLabel(place, names.get(lane), top, isOver ? this.#muted : this.#text);
        labelled = lane;
      }
      for (const bar of bars) this.#drawBar(place, bar, top, Math.max(1, rowHeight - 3), span);
    });
  }

  #drawLabel({ left }, label, top, color) {
    const context = this.#context;
    context.strokeStyle = this.#line;
    context.beginPath();
    context.moveTo(0, top + 0.5);
    context.lineTo(this.#surface.width, top + 0.5);
    context.stroke();
    context.fillStyle = color;
    context.textAlign = "left";
    context.fillText(label, 4, top + 10, left - 8);
  }

  /**
   * Draws a client: a thin line for its whole time, and blocks for the states other than waiting. Of
   * several pieces in one pixel, the heaviest is drawn.
   */
  #drawBar({ at }, { times, states, endMs }, top, height, { fromMs, toMs }) {
    const context = this.#context;
    const { fills, ratio } = this.#surface;
    const pixel = 1 / ratio;
    const thin = Math.max(1, Math.round(height / 3));
    const begin = at(times[0]);
    context.fillStyle = fills.of(WAITING, 0);
    const lineTop = top + 2 + Math.round((height - thin) / 2);
    context.fillRect(begin, lineTop, Math.max(pixel, at(Math.min(endMs, toMs)) - begin), thin);
    let [heavy, heavyX] = [0, -1];
    for (let i = pieceAt(times, fromMs); i < times.length && times[i] <= toMs; i++) {
      if (states[i] === WAITING) continue;
      const x = at(times[i]);
      const until = at(Math.min(i + 1 < times.length ? times[i + 1] : endMs, toMs));
      const weight = WEIGHT[states[i]];
      if (until - x < pixel && x === heavyX && weight <= heavy) continue;
      const from = x === heavyX && weight < heavy ? x + pixel : x;
      const width = Math.max(pixel, until - from);
      context.fillStyle = fills.of(states[i], width);
      context.fillRect(from, top + 2, width, height);
      [heavy, heavyX] = [weight, x];
    }
  }

  /** Draws the number of clients in each state, stacked. */
  #drawCounts(samples, last, label, span) {
    const place = this.#begin([label], COUNTS_HEIGHT, span);
    const first = indexAt(samples, span.fromMs);
    let max = 1;
    for (let i = first; i <= last; i++) max = Math.max(max, sum(samples[i].counts));
    for (let i = first; i <= last; i++) {
      const x = place.at(samples[i].frame.timeMs);
      const until = place.at(i < last ? samples[i + 1].frame.timeMs : span.toMs);
      if (until > x) this.#drawStack(samples[i].counts, max, x, until - x, place.height);
    }
    this.#drawLabel(place, label, 0, this.#text);
  }

  #drawStack(counts, max, x, width, height) {
    let total = 0;
    let bottom = height;
    for (const state of STACKED) {
      if (counts[state] === 0) continue;
      total += counts[state];
      const top = Math.round(height - total / max * (height - 4));
      this.#context.fillStyle = this.#surface.fills.of(state, Infinity);
      this.#context.fillRect(x, top, width, bottom - top);
      bottom = top;
    }
  }
}

function sum(counts) {
  return counts.reduce((total, count) => total + count, 0);
}
