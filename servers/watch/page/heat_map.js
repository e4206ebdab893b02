/**
 * A heat map of many clients over time: a row for each client, or for several, and a column for each slice
 * of time. A cell has the color of what most of its clients did beside waiting, the stronger the more.
 *
 * @module
 */

import { colorOf, shownNumber } from "./dom.js";
import { pieceAt, STATES } from "./history.js";
import { placeOf } from "./rows.js";
import { unknownSpans } from "./unknown.js";

/** The slices of time. A picture has at most {@linkcode MAX_COLUMNS}. */
const STEPS_MS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000];
const MAX_COLUMNS = 80;
/** How many clients a row stands for, times a power of ten. */
const BINS = [1, 2, 5];
const LEAST_ROW_HEIGHT = 3;
/** With more lanes than this, clients are numbered and lanes are not named. */
const MAX_NAMED = 8;
/** How strong the color is, by the quarter of the clients of a cell. */
const STRENGTHS = [0.3, 0.5, 0.75, 1];
const WAITING_STRENGTH = 0.25;
const WAITING = STATES.indexOf("waiting");
/** In the place of a state: whether they waited is not known. */
export const UNKNOWN = -1;
/** States with a color of their own in a cell. */
const HOT = ["backlog", "queued", "served", "asleep", "blocked"].map((state) =>
  STATES.indexOf(state)
);

/**
 * The clients of a heat map, in slots: on each lane those of the history, so that a client does not move.
 *
 * @typedef {{ lanes: { lane: number, first: number, count: number }[], slots: number, bin: number,
 *   rows: number }} Slots
 */

/**
 * Gives each client that was there a slot.
 *
 * @param {number} maxRows how many rows there is room for
 * @returns {Slots}
 */
export function slotsOf(history, fromMs, toMs, maxRows) {
  let slots = 0;
  const lanes = [...history.lanes].map(([lane, { bars }]) => {
    let count = 0;
    for (const { row, endMs, times } of bars) {
      if (endMs >= fromMs && times[0] <= toMs) count = Math.max(count, row + 1);
    }
    return { lane, count };
  }).filter(({ count }) => count > 0)
    .sort((one, other) => placeOf(one) - placeOf(other))
    .map((one) => ({ ...one, first: (slots += one.count) - one.count }));
  const bin = niceBin(slots / Math.max(1, maxRows));
  return { lanes, slots, bin, rows: Math.max(1, Math.ceil(slots / bin)) };
}

/** The least of 1, 2, 5, 10, 20 … that is not less. */
function niceBin(least) {
  for (let power = 1;; power *= 10) {
    for (const one of BINS) if (one * power >= least) return one * power;
  }
}

/** The slice of time of a column for a span. */
export function stepFor(spanMs) {
  return STEPS_MS.find((ms) => spanMs / ms <= MAX_COLUMNS) ?? spanMs;
}

/**
 * Computes the cells: for each row and column, how many clients were there, and how many of them were in
 * each state at some time.
 *
 * @param {Slots} slots
 * @param {{ first: number, count: number, stepMs: number }} columns `first` begins at `first * stepMs`
 * @returns {{ state: number, quarters: number }[][]} by row and column; the state that most were in beside
 *   waiting, or {@linkcode UNKNOWN}, and in how many quarters of them; `undefined` where nobody was
 */
export function heatOf(history, slots, { first, count, stepMs }) {
  const { rows, bin, lanes } = slots;
  const there = new Int32Array(rows * (count + 1));
  const hot = HOT.map(() => new Uint16Array(rows * count));
  const columnOf = (timeMs) => Math.floor(timeMs / stepMs) - first;
  const clip = (column) => Math.max(0, Math.min(count - 1, column));
  for (const { lane, first: slot } of lanes) {
    for (const { row, times, states, endMs } of history.lanes.get(lane).bars) {
      if (columnOf(endMs) < 0 || columnOf(times[0]) >= count) continue;
      const at = Math.floor((slot + row) / bin);
      if (at >= rows) continue;
      there[at * (count + 1) + clip(columnOf(times[0]))]++;
      there[at * (count + 1) + clip(columnOf(endMs)) + 1]--;
      const marked = HOT.map(() => -1);
      for (let i = pieceAt(times, first * stepMs); i < times.length; i++) {
        const kind = HOT.indexOf(states[i]);
        if (kind < 0) continue;
        const begin = columnOf(times[i]);
        if (begin >= count) break;
        const end = clip(columnOf(times[i + 1] ?? endMs));
        for (let c = Math.max(clip(begin), marked[kind] + 1); c <= end; c++) {
          hot[kind][at * count + c]++;
        }
        marked[kind] = Math.max(marked[kind], end);
      }
    }
  }
  return cellsOf(there, hot, rows, unknownColumns(history, first, count, stepMs));
}

/** The columns in most of whose time it is not known what most clients did. */
function unknownColumns({ samples }, first, count, stepMs) {
  const parts = new Float64Array(count);
  for (const { fromMs, toMs } of unknownSpans(samples, first * stepMs, (first + count) * stepMs)) {
    for (let c = Math.max(0, Math.floor(fromMs / stepMs) - first); c < count; c++) {
      const beginMs = (first + c) * stepMs;
      if (beginMs >= toMs) break;
      parts[c] += Math.min(toMs, beginMs + stepMs) - Math.max(fromMs, beginMs);
    }
  }
  return Array.from(parts, (ms) => ms > stepMs / 2);
}

function cellsOf(there, hot, rows, isUnknown) {
  const count = isUnknown.length;
  return Array.from({ length: rows }, (_, row) => {
    let present = 0;
    return Array.from({ length: count }, (_, column) => {
      present += there[row * (count + 1) + column];
      if (present <= 0) return undefined;
      let [kind, most] = [-1, 0];
      hot.forEach((counts, i) => {
        const here = counts[row * count + column];
        if (here > most) [kind, most] = [i, here];
      });
      if (kind < 0) return { state: isUnknown[column] ? UNKNOWN : WAITING, quarters: 4 };
      return { state: HOT[kind], quarters: Math.min(4, Math.ceil(most / present * 4)) };
    });
  });
}

/** Draws heat maps. */
export class HeatMap {
  #slots;
  #surface;
  #labels;

  /** @param surface see canvas_surface.js @param labels see lane_labels.js */
  constructor(surface, labels) {
    this.#surface = surface;
    this.#labels = labels;
  }

  /**
   * Draws the clients in the time of a scale.
   *
   * @param {import("./time_scale.js").TimeScale} scale
   * @param {{ top: number, height: number }} box with its title, in CSS pixels
   * @param {number} present how many clients there are at its end
   * @returns where the rows are, and the slots of the clients
   */
  draw(history, scale, box, present) {
    const { size } = this.#surface;
    const { fromMs, toMs } = scale;
    const stepMs = stepFor(toMs - fromMs);
    const title = Math.round(1.6 * size);
    const [top, high] = [box.top + title, box.height - title];
    // A column is drawn when all of its time is known.
    const first = Math.floor(fromMs / stepMs);
    const end = Math.floor(Math.min(toMs, history.nowMs) / stepMs);
    const columns = { first, count: Math.max(1, end - first), stepMs };
    const slots = this.#slotsOf(history, columns, Math.floor(high / LEAST_ROW_HEIGHT));
    const rowHeight = Math.max(1, Math.floor(high / slots.rows));
    const height = rowHeight * slots.rows;
    const x = scale.placeOf(first * stepMs);
    const edge = (column) => scale.placeOf((first + column) * stepMs) - x;
    const { left } = scale;
    const layer = { x, y: top, width: edge(columns.count), height, left };
    const key = [first, end, stepMs, slots.slots, slots.bin, rowHeight, layer.width].join();
    this.#surface.drawLayer("heat", `${key} ${history.startMs}`, layer, (context) => {
      paint(context, heatOf(history, slots, columns), rowHeight, edge, this.#surface.fills);
    });
    this.#drawTitle(slots, present, stepMs, box.top, left);
    this.#drawAxis(slots, top, rowHeight, left);
    return { slots, rowsTop: top, rowHeight };
  }

  /** They change with the columns, and are kept between. */
  #slotsOf(history, { first, count, stepMs }, maxRows) {
    const key = [first, count, stepMs, maxRows].join();
    if (this.#slots?.key !== key || this.#slots.history !== history) {
      const slots = slotsOf(history, first * stepMs, (first + count) * stepMs, maxRows);
      this.#slots = { key, history, slots };
    }
    return this.#slots.slots;
  }

  /** The title says what a row and a column are. */
  #drawTitle({ bin }, present, stepMs, top, left) {
    const { context, size, width } = this.#surface;
    const { texts } = this.#labels;
    const middle = top + Math.round(size / 2);
    const clients = this.#labels.clients(present);
    context.textAlign = "left";
    context.fillStyle = colorOf("text");
    context.fillText(clients, 4, middle);
    const row = bin === 1 ? texts.heatRowOne : texts.heatRow.replace("#", shownNumber(bin));
    const column = texts.heatColumn.replace("#", shownNumber(stepMs, stepMs < 1 ? 1 : 0));
    const from = Math.max(left, 4 + Math.ceil(context.measureText(clients).width) + size);
    const notes = [`${row} ${column} ${texts.heatStrength}`, `${row} ${column}`];
    const note = notes.find((one) => from + context.measureText(one).width <= width);
    if (note === undefined) return;
    context.fillStyle = colorOf("muted");
    context.fillText(note, from, middle);
  }

  /** Where there are a few lanes, each with its name and its number of clients; else numbered clients. */
  #drawAxis({ lanes, slots, bin }, rowsTop, rowHeight, left) {
    const { context, size } = this.#surface;
    const yOf = (slot) => rowsTop + Math.floor(slot / bin) * rowHeight + Math.round(size / 2) + 1;
    const isNamed = lanes.length > 1 && lanes.length <= MAX_NAMED;
    const labels = isNamed
      ? lanes.map(({ lane, first, count }) => [first, this.#labels.lane(lane), count])
      : ticksOf(slots).map((slot) => [slot - 1, "", slot]);
    context.fillStyle = colorOf("muted");
    let free = rowsTop;
    for (const [slot, name, number] of labels) {
      const y = yOf(slot);
      if (y < free) continue;
      free = y + Math.round(size * 1.2);
      context.textAlign = "left";
      context.fillText(name, 4, y);
      context.textAlign = "right";
      context.fillText(shownNumber(number), left - 6, y);
    }
    context.textAlign = "left";
  }
}

/** The clients that an axis numbers: the first one, and each fifth or so. */
function ticksOf(slots) {
  const step = niceBin(slots / 6);
  const ticks = [1];
  for (let slot = step; slot < slots - step / 2; slot += step) if (slot > 1) ticks.push(slot);
  return ticks;
}

/** Draws the cells; equal ones beside each other at once. */
function paint(context, cells, rowHeight, edge, fills) {
  const background = colorOf("background");
  const colors = STATES.map((state) =>
    STRENGTHS.map((strength) => mix(fills.color(state), background, strength))
  );
  colors[WAITING].fill(mix(fills.color("waiting"), background, WAITING_STRENGTH));
  const gap = rowHeight >= 5 ? 1 : 0;
  cells.forEach((row, at) => {
    for (let from = 0, until; from < row.length; from = until) {
      const one = row[from];
      until = from + 1;
      while (until < row.length && isSame(row[until], one)) until++;
      if (one === undefined) continue;
      const width = edge(until) - edge(from);
      const isStrong = one.quarters === 4 && one.state !== WAITING;
      const name = one.state === UNKNOWN ? "unknown" : STATES[one.state];
      context.fillStyle = isStrong ? fills.of(name, width) : colors[one.state][one.quarters - 1];
      context.fillRect(edge(from), at * rowHeight, width, rowHeight - gap);
    }
  });
}

function isSame(one, other) {
  return one?.state === other?.state && one?.quarters === other?.quarters;
}

/** A color between two, as the style sheet writes them: `#rrggbb`. */
export function mix(color, background, strength) {
  const part = (at) => {
    const [one, other] = [color, background].map((text) => parseInt(text.slice(at, at + 2), 16));
    return Math.round(one * strength + other * (1 - strength)).toString(16).padStart(2, "0");
  };
  return `#${part(1)}${part(3)}${part(5)}`;
}
