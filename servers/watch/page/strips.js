/**
 * The strip of a lane: what it did over time. Where it did many things within a pixel, the pixel shows how
 * much of its time each of them took.
 *
 * @module
 */

import { ACTIVITIES } from "./history.js";
import { StripColumns } from "./strip_columns.js";

const [WAIT, ENDED] = ["wait", "ended"].map((name) => ACTIVITIES.indexOf(name));
/** Work that takes less of a column is drawn as if it took so much, because it would not be seen. */
const LEAST_SEEN = 0.3;

/** Draws strips. */
export class StripPainter {
  #surface;
  #labels;
  #colors;
  #isWork;
  /** The lane that is being drawn. */
  #lane = 0;
  /** The columns of each lane, by its phases. */
  #columns = new WeakMap();

  /**
   * @param surface see canvas_surface.js
   * @param labels `activity(name)` is the name of what is done, and `waits` the activities that are waits
   * @param colors of `text`, `background` and `line`
   */
  constructor(surface, labels, colors) {
    this.#surface = surface;
    this.#labels = labels;
    this.#colors = colors;
    this.#isWork = ACTIVITIES.map((name) => !labels.waits.has(name));
  }

  /**
   * Draws a strip.
   *
   * @param {{ top: number, height: number }} box in CSS pixels
   * @param rowOf `rowOf(client)` is the box of the bar of a client, in which its part is drawn as well
   */
  draw(lane, phases, scale, { top, height }, rowOf) {
    this.#lane = lane;
    const { times, activities } = phases;
    const isOver = activities.at(-1) === ENDED;
    const begin = scale.xOf(Math.max(times[0], scale.fromMs));
    const end = scale.xOf(Math.min(isOver ? times.at(-1) : scale.toMs, scale.toMs));
    if (end > begin) this.#drawWait(WAIT, begin, top, end - begin, height);
    let known = this.#columns.get(phases);
    if (known === undefined) this.#columns.set(phases, known = new StripColumns());
    const { pieces, columns } = known.at(phases, scale);
    for (const { from, until, activity, client } of pieces) {
      const x = scale.xOfColumn(from);
      const width = scale.xOfColumn(until) - x;
      if (width <= 0 || activity === ENDED) continue;
      this.#drawPiece(activity, x, top, width, height);
      const row = client === 0 ? undefined : rowOf(client);
      if (row !== undefined) this.#drawInside(activity, x, width, row);
    }
    // They lie on top: a piece may begin or end in their column.
    for (const { column, shares } of columns) this.#drawColumn(column, shares, scale, top, height);
  }

  /** A wait is hollow, and work is filled. */
  #drawPiece(activity, x, top, width, height) {
    const { context, fills } = this.#surface;
    if (this.#isWait(activity)) {
      if (activity !== WAIT) this.#drawWait(activity, x, top, width, height);
    } else {
      context.fillStyle = fills.of(ACTIVITIES[activity], width);
      context.fillRect(x, top, width, height);
    }
    this.#drawName(activity, x, top, width, height);
  }

  #drawWait(activity, x, top, width, height) {
    const { context, fills } = this.#surface;
    context.fillStyle = this.#colors.background;
    context.fillRect(x, top, width, height);
    context.fillStyle = fills.color(ACTIVITIES[activity]);
    context.fillRect(x, top, width, 1);
    // Which call it waits in is seen at its thicker line.
    const thick = activity === WAIT ? 1 : Math.min(3, Math.max(1, Math.floor(height / 4)));
    context.fillRect(x, top + height - thick, width, thick);
  }

  /** The part of a client in its bar. */
  #drawInside(activity, x, width, { top, height }) {
    if (this.#isWait(activity) || height < 5) return;
    const { context, fills } = this.#surface;
    context.fillStyle = fills.of(ACTIVITIES[activity], width);
    context.fillRect(x, top + 2, width, height - 4);
    this.#drawName(activity, x, top + 2, width, height - 4);
  }

  /** The name of the call, if there is room for it. */
  #drawName(activity, x, top, width, height) {
    const { context, size } = this.#surface;
    if (height < size || width < 2 * size) return;
    const name = this.#labels.activity(ACTIVITIES[activity], this.#lane);
    const wide = Math.ceil(context.measureText(name).width);
    if (wide + 8 > width) return;
    const middle = top + Math.round(height / 2);
    const isFilled = !this.#isWait(activity);
    context.fillStyle = this.#colors.background;
    const plate = Math.min(height - 2, size + 2);
    const plateTop = top + Math.round((height - plate) / 2);
    if (isFilled) context.fillRect(x + 2, plateTop, wide + 4, plate);
    context.fillStyle = this.#colors.text;
    context.textAlign = "left";
    context.fillText(name, x + 4, middle);
  }

  /** The works of a column above each other, as high as the part of its time that they took. */
  #drawColumn(column, shares, scale, top, height) {
    const { context, fills, ratio } = this.#surface;
    const x = scale.xOfColumn(column);
    if (x <= scale.left) return;
    const isWork = this.#isWork;
    let busy = 0;
    for (let i = 0; i < shares.length; i++) if (isWork[i]) busy += shares[i];
    if (busy === 0) return;
    const full = Math.round(height * Math.min(1, Math.max(LEAST_SEEN, busy)));
    let [below, sum] = [0, 0];
    for (let i = 0; i < shares.length; i++) {
      if (!isWork[i]) continue;
      sum += shares[i];
      const above = Math.round(full * sum / busy);
      if (above > below) {
        context.fillStyle = fills.color(ACTIVITIES[i]);
        context.fillRect(x, top + height - above, 1 / ratio, above - below);
      }
      below = above;
    }
  }

  #isWait(activity) {
    return !this.#isWork[activity];
  }
}
