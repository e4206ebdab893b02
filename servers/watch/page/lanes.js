/**
 * Draws the picture: lanes from left to right with what each of them does, and a bar for each client.
 *
 * @module
 */

import { BarPainter, portOf } from "./bars.js";
import { colorOf } from "./dom.js";
import { HeatMap } from "./heat_map.js";
import { ACTIVITIES, indexAt, phaseAt } from "./history.js";
import { hitAt, partBox } from "./hits.js";
import { Throttle } from "./pace.js";
import { layOut, MAX_ROWS } from "./rows.js";
import { lastSecond, loadOf, sharesOf } from "./shares.js";
import { StripPainter } from "./strips.js";
import { pixelMsOf, TimeScale } from "./time_scale.js";
import { unknownSpans } from "./unknown.js";

/** The labels get wider in steps, so that the picture does not move with each digit. In pixels. */
const LABEL_STEP = 24;
/** The axis, and the least distance of its ticks, by the size of the letters. */
const AXIS = 1.6;
const TICKS_APART = 8;
const ENDED = ACTIVITIES.indexOf("ended");

/** Draws the lanes on a surface. */
export class LanePicture {
  #surface;
  #context;
  #labels;
  #colors = { text: "", muted: "", line: "", accent: "", background: "" };
  #strips;
  #bars;
  #heatMap;
  /** The x at which the labels end and the time begins. */
  #left = 0;
  /** Where there is room for the next label. */
  #labelsFrom = 0;
  /** @type {TimeScale | undefined} */
  #scale;
  /** Where everything was drawn last, and of which history. */
  #drawn = { lanes: [], height: 0 };
  #history;
  /** Skips drawings that would be the same. */
  #throttle = new Throttle(0);

  /** @param surface see canvas_surface.js @param labels see lane_labels.js */
  constructor(surface, labels) {
    this.#surface = surface;
    this.#context = surface.context;
    this.#labels = labels;
    this.#strips = new StripPainter(surface, labels, this.#colors);
    this.#bars = new BarPainter(surface);
    this.#heatMap = new HeatMap(surface, labels);
  }

  /**
   * Draws what is shown.
   *
   * @param {import("./shown.js").Shown} shown
   * @returns whether each client has its own bar
   */
  draw(history, shown) {
    if (this.#surface.refresh()) this.#takeColors();
    const { fromMs, toMs, atMs, followed } = shown;
    const index = indexAt(history.samples, toMs);
    // The first frame after a time may contain changes before it.
    const frames = [history.samples[index].frame, history.samples[index + 1]?.frame];
    const { width, ratio, fills, size, minHeight } = this.#surface;
    // The picture does not change within the time of a pixel.
    const pixelMs = pixelMsOf({ left: this.#left, width, ratio, fromMs, toMs });
    const pixels = [toMs, toMs - fromMs, toMs - atMs].map((ms) => Math.ceil(ms / pixelMs));
    const looks = [width, fills, size, minHeight, followed];
    if (!this.#throttle.isDue(...frames, ...pixels, pixelMs, ...looks)) return !this.#drawn.heat;
    const present = history.samples[index].counts.reduce((sum, count) => sum + count, 0);
    this.#history = history;
    this.#drawn = layOut(history, shown, present > MAX_ROWS, size, minHeight);
    this.#begin(shown);
    const unknown = unknownSpans(history.samples, fromMs, toMs);
    for (const lane of this.#drawn.lanes) this.#drawLane(history, lane, shown, unknown);
    if (this.#drawn.heat) {
      Object.assign(
        this.#drawn.heat,
        this.#heatMap.draw(history, this.#scale, this.#drawn.heat, present),
      );
    }
    this.#drawCursor(shown);
    return !this.#drawn.heat;
  }

  /**
   * What is at a place of the picture: a client with its state, or a lane with what it does.
   *
   * @param {number} x in CSS pixels @param {number} y in CSS pixels
   * @returns {import("./hits.js").Hit | undefined}
   */
  at(x, y) {
    const timeMs = this.timeAt(x);
    return timeMs === undefined || x < this.#left
      ? undefined
      : hitAt(this.#history, this.#drawn, y, timeMs);
  }

  /** The time at a place. @param {number} x in CSS pixels */
  timeAt(x) {
    return this.#scale?.timeAt(Math.max(x, this.#left));
  }

  /** Where a time is, in CSS pixels. */
  xOf(timeMs) {
    return this.#scale?.xOf(timeMs);
  }

  /**
   * The box of a part, in CSS pixels, or `undefined` where it is not to be seen.
   *
   * @param {string} part `lane:N`, `client:N`, `workers`, `queue` or `backlog`
   */
  boxOf(part) {
    return partBox(this.#drawn, part, this.#surface.width);
  }

  #takeColors() {
    for (const name of Object.keys(this.#colors)) this.#colors[name] = colorOf(name);
  }

  /** Resizes and clears the picture, and draws the axis. */
  #begin(shown) {
    const { lanes, height, heat } = this.#drawn;
    const { width, ratio, fills, size } = this.#surface;
    this.#surface.begin(height + Math.round(AXIS * size));
    this.#labelsFrom = 0;
    const context = this.#context;
    context.font = `${size}px system-ui, sans-serif`;
    context.textBaseline = "middle";
    context.lineWidth = 1;
    const names = lanes.flatMap((box) => [...this.#linesOf(box, shown), ...box.rows.map(portOf)]);
    if (heat) names.push("99,999");
    const widest = Math.max(0, ...names.map((name) => context.measureText(name).width));
    const wanted = Math.ceil((widest + size) / LABEL_STEP) * LABEL_STEP;
    this.#left = Math.round(Math.min(wanted, width / 2));
    this.#scale = new TimeScale({ ...shown, left: this.#left, width, ratio });
    fills.moveTo(this.#scale.offset);
    this.#drawAxis(shown);
  }

  #drawAxis({ toMs }) {
    const context = this.#context;
    const { size, width } = this.#surface;
    const scale = this.#scale;
    const { height } = this.#drawn;
    context.fillStyle = this.#colors.muted;
    context.strokeStyle = this.#colors.line;
    context.textAlign = "left";
    const zeroMs = Math.round(toMs - this.#labels.secondsAt(toMs) * 1_000);
    context.beginPath();
    for (const { timeMs, text } of scale.ticks(zeroMs, TICKS_APART * size)) {
      const x = scale.xOf(timeMs);
      if (x <= scale.left) continue;
      context.moveTo(x + 0.5, 0);
      context.lineTo(x + 0.5, height);
      // A label is drawn only if it fits.
      const half = Math.ceil(context.measureText(text).width / 2);
      if (x + half > width || x < half + scale.left) continue;
      context.fillText(text, x - half, height + Math.round(AXIS * size / 2));
    }
    context.stroke();
  }

  /** The name of a lane, and for the server's own lane, what it does. */
  #linesOf({ lane, strip }, { atMs, toMs }) {
    const name = this.#labels.lane(lane);
    if (strip === undefined) return [name];
    const phases = this.#history.phases.get(lane);
    const { fromMs, toMs: untilMs } = lastSecond(toMs);
    if (lane !== 0) {
      const load = loadOf(phases, fromMs, untilMs, this.#labels.waits);
      return this.#drawn.heat ? [`${name}  ${Math.round(load * 100)} %`] : [name];
    }
    if (atMs < toMs) {
      const phase = phaseAt(this.#history, lane, atMs);
      return phase === undefined ? [name] : [name, this.#labels.now(phase.activity, lane)];
    }
    const shares = sharesOf(phases, fromMs, untilMs);
    const most = shares.indexOf(Math.max(...shares));
    if (shares[most] === 0) return [name];
    return [
      name,
      `${this.#labels.activity(ACTIVITIES[most], lane)} ${Math.round(shares[most] * 100)} %`,
    ];
  }

  #drawLane(history, box, shown, unknown) {
    const context = this.#context;
    const { lane, strip, rows, top } = box;
    const { size, width } = this.#surface;
    context.fillStyle = this.#colors.line;
    if (top > 0) context.fillRect(0, top - Math.ceil(size / 4), width, 1);
    this.#drawLabels(box, shown);
    for (const row of rows) {
      for (const bar of row.bars) this.#bars.draw(bar, row, this.#scale, unknown);
      const isFollowed = shown.followed !== undefined &&
        row.bars.some(({ client }) => client === shown.followed);
      if (isFollowed) this.#drawFrame(row);
    }
    const phases = history.phases.get(lane);
    if (strip === undefined || phases === undefined) return;
    const rowOf = (client) => rows.find(({ bars }) => bars.some((bar) => bar.client === client));
    this.#strips.draw(lane, phases, this.#scale, strip, rowOf);
    const [firstMs, lastMs] = [phases.times[0], phases.times.at(-1)];
    if (lane > 0 && firstMs > history.startMs) this.#drawMark(firstMs, box, 1);
    if (phases.activities.at(-1) === ENDED) this.#drawMark(lastMs, box, -1);
  }

  /** A bracket where a thread or process begins, or ends. */
  #drawMark(timeMs, { top, height }, side) {
    const { fromMs, toMs } = this.#scale;
    if (timeMs <= fromMs || timeMs > toMs) return;
    const x = this.#scale.xOf(timeMs);
    const context = this.#context;
    context.fillStyle = this.#colors.text;
    context.fillRect(side > 0 ? x : x - 2, top, 2, height);
    for (const y of [top, top + height - 2]) context.fillRect(side > 0 ? x : x - 6, y, 6, 2);
  }

  #drawLabels(box, shown) {
    const context = this.#context;
    const { strip, rows, top, height } = box;
    const { size } = this.#surface;
    context.textAlign = "left";
    const lines = this.#linesOf(box, shown);
    const room = strip?.height ?? rows[0]?.height ?? height;
    const isOver = rows.length > 0 && rows.every(({ bars }) => bars.at(-1).endMs <= shown.toMs);
    const phases = this.#history.phases.get(box.lane);
    const hasEnded = phases === undefined
      ? isOver
      : phases.activities.at(-1) === ENDED && phases.times.at(-1) <= shown.toMs;
    const { text, muted } = this.#colors;
    context.fillStyle = hasEnded && box.lane > 0 ? muted : text;
    const isTwo = lines.length > 1 && room >= 2 * size;
    const middle = top + Math.round(isTwo ? room / 2 - size * 0.55 : Math.max(room, size) / 2);
    if (middle < this.#labelsFrom) return;
    this.#labelsFrom = middle + size - 1;
    context.fillText(lines[0], 4, middle);
    context.fillStyle = muted;
    if (isTwo) context.fillText(lines[1], 4, middle + Math.round(size * 1.15));
    context.textAlign = "right";
    for (const row of strip === undefined && rows.length === 1 ? [] : rows) {
      if (row.height < size || strip === undefined && row === rows[0]) continue;
      context.fillText(portOf(row), this.#left - 6, row.top + Math.round(row.height / 2));
    }
    context.textAlign = "left";
  }

  /** The frame of what is followed. */
  #drawFrame({ top, height }) {
    const context = this.#context;
    const { width } = this.#surface;
    context.fillStyle = this.#colors.accent;
    context.fillRect(0, top, 3, height);
    for (const y of [top, top + height - 1]) context.fillRect(0, y, width, 1);
  }

  /** The moment of which code, log and values are, unless it is the present. */
  #drawCursor({ atMs, fromMs, toMs }) {
    if (atMs >= toMs || atMs < fromMs) return;
    const x = this.#scale.xOf(atMs);
    const context = this.#context;
    context.fillStyle = this.#colors.accent;
    context.fillRect(x, 0, 2, this.#drawn.height);
    for (let i = 0; i < 4; i++) context.fillRect(x - 4 + i, i, 10 - 2 * i, 1);
  }
}
