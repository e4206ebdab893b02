/**
 * The picture of who does what: lanes from left to right, and a bar for each client.
 *
 * @module
 */

import { colorOf } from "./dom.js";
import { sampleAt, STATES, visibleRows } from "./history.js";

/** With more rows than this nobody can tell them apart, and states are counted instead. */
const MOST_ROWS = 64;
/** How much time is shown. */
const SHOWN_MS = 15_000;
const LABEL_WIDTH = 116;
const AXIS_HEIGHT = 18;
const MOST_ROW_HEIGHT = 26;
/** With more rows than this they get lower, and not the picture higher. */
const MOST_TALL_ROWS = 24;
const LEAST_HEIGHT = 120;
const COUNTS_HEIGHT = 240;
/** States in the order in which they are stacked, from the bottom. */
const STACKED = ["served", "asleep", "blocked", "waiting", "queued", "backlog"];
/** What is drawn over what, where a pixel has several. */
const WEIGHT = STATES.map((state) => ["served", "blocked", "asleep"].indexOf(state) + 1);

/** Draws into a canvas, at the resolution of the screen. */
export class LanePicture {
  #canvas;
  #labels;
  #colors = [];
  #text = "";
  #line = "";

  /** @param labels.lane names a lane, and labels.clients how many clients are counted */
  constructor(canvas, labels) {
    this.#canvas = canvas;
    this.#labels = labels;
    this.takeColors();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.takeColors());
  }

  takeColors() {
    this.#colors = STATES.map((state) => colorOf(state));
    this.#text = colorOf("text");
    this.#line = colorOf("line");
  }

  /** @returns whether each client is drawn by itself */
  draw(history, toMs) {
    const fromMs = toMs - SHOWN_MS;
    const isSmall = sum(history.counts) <= MOST_ROWS;
    const rows = isSmall ? visibleRows(history, fromMs, toMs) : [];
    const isDetailed = isSmall && rows.length <= MOST_ROWS;
    this.#setHeight(
      isDetailed ? Math.min(rows.length, MOST_TALL_ROWS) * MOST_ROW_HEIGHT : COUNTS_HEIGHT,
    );
    const context = this.#fit();
    const { width, height } = this.#canvas.getBoundingClientRect();
    const place = {
      left: LABEL_WIDTH,
      width: width - LABEL_WIDTH,
      height: height - AXIS_HEIGHT,
      at: (timeMs) => LABEL_WIDTH + (timeMs - fromMs) / SHOWN_MS * (width - LABEL_WIDTH),
    };
    context.clearRect(0, 0, width, height);
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "middle";
    this.#drawAxis(context, place, toMs);
    if (isDetailed) this.#drawRows(context, place, rows, fromMs, toMs);
    else this.#drawCounts(context, place, history, toMs);
    return isDetailed;
  }

  #setHeight(wanted) {
    const height = `${AXIS_HEIGHT + Math.max(LEAST_HEIGHT, wanted)}px`;
    if (this.#canvas.style.height !== height) this.#canvas.style.height = height;
  }

  #fit() {
    const ratio = devicePixelRatio;
    const { width, height } = this.#canvas.getBoundingClientRect();
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== wide || this.#canvas.height !== high) {
      this.#canvas.width = wide;
      this.#canvas.height = high;
    }
    const context = this.#canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    return context;
  }

  #drawAxis(context, { left, width, height, at }, toMs) {
    context.fillStyle = this.#text;
    context.strokeStyle = this.#line;
    context.lineWidth = 1;
    context.textAlign = "center";
    const firstMs = Math.ceil((toMs - SHOWN_MS) / 5_000) * 5_000;
    for (let timeMs = firstMs; timeMs <= toMs; timeMs += 5_000) {
      const x = Math.round(at(timeMs)) + 0.5;
      context.beginPath();
      context.moveTo(x, 0);
      context.lineTo(x, height);
      context.stroke();
      const shown = new Date(timeMs).toLocaleTimeString(document.documentElement.lang);
      const inside = Math.min(Math.max(x, left + 30), left + width - 30);
      context.fillText(shown, inside, height + AXIS_HEIGHT / 2);
    }
  }

  #drawRows(context, place, rows, fromMs, toMs) {
    const rowHeight = Math.min(MOST_ROW_HEIGHT, place.height / Math.max(1, rows.length));
    let labelled;
    rows.forEach(({ lane, bars }, index) => {
      const top = index * rowHeight;
      if (lane !== labelled) {
        this.#drawLabel(context, place, this.#labels.lane(lane), top);
        labelled = lane;
      }
      for (const bar of bars) this.#drawBar(context, place, bar, { top, rowHeight, fromMs, toMs });
    });
  }

  #drawLabel(context, { left, width }, label, top) {
    context.strokeStyle = this.#line;
    context.beginPath();
    context.moveTo(0, Math.round(top) + 0.5);
    context.lineTo(left + width, Math.round(top) + 0.5);
    context.stroke();
    context.fillStyle = this.#text;
    context.textAlign = "left";
    context.fillText(label, 4, top + 9, LABEL_WIDTH - 8);
  }

  /** Pieces that fall into one pixel are drawn as the one that weighs most. */
  #drawBar(context, { left, at }, bar, { top, rowHeight, fromMs, toMs }) {
    const endMs = Math.min(bar.endMs, toMs);
    const height = Math.max(1, rowHeight - 3);
    let [heavy, heavyX] = [0, -1];
    for (let i = firstPiece(bar.times, fromMs); i < bar.times.length; i++) {
      const x = Math.max(left, at(bar.times[i]));
      const until = Math.min(i + 1 < bar.times.length ? bar.times[i + 1] : endMs, toMs);
      const width = at(until) - x;
      if (bar.times[i] > toMs || width < 0) continue;
      const weight = WEIGHT[bar.states[i]];
      const pixel = Math.floor(x);
      if (width < 1 && pixel === heavyX && weight <= heavy) continue;
      context.fillStyle = this.#colors[bar.states[i]];
      const isCovered = pixel === heavyX && weight < heavy;
      const begin = isCovered ? pixel + 1 : x;
      context.fillRect(begin, top + 2, Math.max(1, x + width - begin), height);
      [heavy, heavyX] = [weight, pixel];
    }
  }

  /** How many clients are in which state, stacked, since single ones could not be told apart. */
  #drawCounts(context, { left, width, height }, { samples, counts }, toMs) {
    const most = Math.max(1, ...samples.map((sample) => sum(sample.counts)));
    for (let x = 0; x < width; x += 2) {
      const timeMs = toMs - SHOWN_MS * (1 - x / width);
      if (timeMs < samples[0].frame.timeMs) continue;
      const sample = sampleAt(samples, timeMs);
      let bottom = height;
      for (const state of STACKED) {
        const number = STATES.indexOf(state);
        const tall = sample.counts[number] / most * (height - 4);
        if (tall <= 0) continue;
        context.fillStyle = this.#colors[number];
        context.fillRect(left + x, bottom - tall, 2, tall);
        bottom -= tall;
      }
    }
    this.#drawLabel(context, { left, width }, this.#labels.clients(sum(counts)), 0);
  }
}

/** The piece that was there at a time, or the first. */
function firstPiece(times, timeMs) {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (times[middle] <= timeMs) low = middle;
    else high = middle - 1;
  }
  return low;
}

function sum(counts) {
  return counts.reduce((total, count) => total + count, 0);
}
