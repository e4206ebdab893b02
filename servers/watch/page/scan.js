/**
 * The figure of the waiting call: a cell for each socket, and what each return looked at.
 *
 * @module
 */

import { colorOf, element, setText, shownNumber } from "./dom.js";
import { indexAt } from "./history.js";
import { legend } from "./legend.js";
import { Throttle } from "./pace.js";
import { costAt, kindOf, loopsAt, roundAt } from "./scan_cells.js";
import { placeCells } from "./scan_layout.js";

/** How long a sweep is drawn, in milliseconds; it takes the system much less. */
const SWEEP_MS = 300;
/** A cell gets at most so much of it. */
const CELL_MS = 60;
/** The next return is drawn at the earliest so long after. */
const REST_MS = 150;
const WORDS_MS = 500;
const HEIGHT = 7.5;
/** With more loops than this, the last are only counted. */
const MAX_LOOPS = 4;

const calmly = matchMedia("(prefers-reduced-motion: reduce)");

/** A picture of what the waiting call looks at. */
export class ScanPicture {
  element;
  #hello;
  #texts;
  #labels;
  #kind;
  #surface;
  #caption = element("figcaption");
  #throttle = new Throttle(0);
  #words = new Throttle(WORDS_MS);
  /** The returns that are drawn, and since when. */
  #sweep = { key: "", beganMs: -Infinity, loops: [], history: undefined };

  /**
   * @param hello describes the server
   * @param texts of the page
   * @param labels see lane_labels.js
   * @param surfaceOf makes a surface of a canvas, see canvas_surface.js
   */
  constructor(hello, texts, labels, surfaceOf) {
    this.#hello = hello;
    this.#texts = texts.scan;
    this.#labels = labels;
    this.#kind = kindOf(hello);
    const canvas = element("canvas", { class: "scan-cells", role: "img" });
    canvas.setAttribute("aria-label", texts.scan.picture);
    if (!["none", "hidden"].includes(this.#kind)) this.#surface = surfaceOf(canvas);
    this.element = element(
      "figure",
      { class: "scan" },
      ...(this.hasCells ? [canvas] : []),
      this.#caption,
      ...(this.hasCells ? [legend(texts.scan.picture, this.legend)] : []),
    );
  }

  /** Whether there is a picture, and not words alone. */
  get hasCells() {
    return this.#surface !== undefined;
  }

  /** What the cells mean, see legend.js. */
  get legend() {
    const { legend: { ready, completed, vain, idle } } = this.#texts;
    const isSwept = ["sweep", "round"].includes(this.#kind);
    return [
      ["ready", this.#kind === "complete" ? completed : ready],
      isSwept ? ["vain", vain] : ["idle", idle],
    ];
  }

  /** What the picture shows, in words. */
  get words() {
    return this.#caption.textContent;
  }

  /**
   * Draws what the last return looked at.
   *
   * @param {import("./shown.js").Shown} shown
   */
  draw(history, shown) {
    const { samples } = history;
    if (samples.length === 0) return;
    if (this.#surface === undefined) return setText(this.#caption, this.#without());
    const { atMs, isPaused, speed } = shown;
    const nowMs = performance.now();
    const isSlow = isPaused || speed < 1;
    const progress = this.#progressAt(nowMs);
    const isDue = isSlow || progress >= 1 && nowMs - this.#sweep.beganMs > this.#sweepMs + REST_MS;
    if (isDue) this.#take(history, shown, nowMs);
    this.#drawCells(this.#progressAt(nowMs), isSlow);
    const frame = samples[indexAt(samples, atMs)].frame;
    if (isSlow || this.#words.isDue(frame)) this.#say(history, atMs);
  }

  /** Draws the same on another surface, for a picture in a file. */
  drawOn(surface) {
    paint(surface, this.#sweep.loops.slice(0, MAX_LOOPS), {
      kind: this.#kind,
      progress: 1,
      isSlow: true,
      texts: this.#texts,
      labels: this.#labels,
    });
  }

  /** Takes up the state of a moment. A return that is new is swept, unless time has jumped to it. */
  #take(history, { atMs, isPaused }, nowMs) {
    const loops = this.#loopsAt(history, atMs);
    const last = Math.max(...loops.map(({ last }) => last?.timeMs ?? -Infinity));
    // A program that asks in rounds always does.
    const isNew = last !== this.#sweep.key || this.#kind === "round" && !isPaused;
    const isJump = isPaused && atMs - last > 1;
    const beganMs = isNew && !isJump && !calmly.matches ? nowMs : this.#sweep.beganMs;
    this.#sweep = { key: last, beganMs: isJump ? -Infinity : beganMs, loops };
  }

  #loopsAt(history, atMs) {
    return this.#kind === "round" ? [roundAt(history, atMs)] : loopsAt(history, this.#hello, atMs);
  }

  get #sweepMs() {
    const most = Math.max(0, ...this.#sweep.loops.map(({ cells }) => cells.length));
    return Math.min(SWEEP_MS, most * CELL_MS);
  }

  #progressAt(nowMs) {
    const { beganMs } = this.#sweep;
    return Math.min(1, (nowMs - beganMs) / Math.max(1, this.#sweepMs));
  }

  #drawCells(progress, isSlow) {
    const surface = this.#surface;
    const isNew = surface.refresh();
    const { width, size } = surface;
    if (width === 0) return;
    const loops = this.#sweep.loops.slice(0, MAX_LOOPS);
    const seen = loops.map(({ lane, cells, last, ready, fresh, busy }) =>
      [lane, cells.length, last?.timeMs, ...ready, "|", ...fresh, isSlow ? busy : ""].join()
    );
    const step = Math.round(progress * 60);
    if (!this.#throttle.isDue(seen.join(";"), step, width, size, isSlow, surface.fills) && !isNew) {
      return;
    }
    const { texts, labels } = { texts: this.#texts, labels: this.#labels };
    paint(surface, loops, { kind: this.#kind, progress, isSlow, texts, labels });
  }

  #without() {
    const texts = this.#texts;
    return this.#kind === "hidden"
      ? texts.hidden
      : texts.none.replace("{call}", this.#hello.waitsIn);
  }

  #say(history, atMs) {
    const texts = this.#texts;
    const loops = this.#loopsAt(history, atMs);
    const latest = loops.filter(({ last }) => last !== undefined)
      .sort((one, other) => other.last.timeMs - one.last.timeMs)[0];
    const call = this.#hello.waitsIn;
    const parts = [];
    if (latest === undefined) parts.push(texts.notYet.replace("{call}", call));
    else parts.push(this.#sayReturn(latest, loops.length > 1 ? latest.lane : undefined));
    const { inVain, cpuMicroseconds } = costAt(history, atMs);
    parts.push(texts.inVain.replace("#", shownNumber(inVain)));
    if (cpuMicroseconds !== undefined) {
      const digits = cpuMicroseconds < 10 ? 1 : 0;
      const cost = this.#kind === "round" ? texts.roundCost : texts.cost;
      parts.push(cost.replace("#", shownNumber(cpuMicroseconds, digits)));
    }
    const { each } = this.#surface;
    if (each > 1) parts.push(texts.each.replace("#", shownNumber(each)));
    if (loops.length > MAX_LOOPS) {
      parts.push(texts.moreLoops.replace("#", shownNumber(loops.length - MAX_LOOPS)));
    }
    setText(this.#caption, parts.join(this.#labels.texts.listEnd));
  }

  #sayReturn({ last: { scanned, ready }, cells }, lane) {
    const texts = this.#texts;
    const counted = (count, one, many) =>
      count === 1 ? texts[one] : texts[many].replace("#", shownNumber(count));
    const template = { sweep: "swept", round: "round", tell: "told", complete: "completed" };
    const values = {
      call: this.#hello.waitsIn,
      looked: counted(scanned, "oneLooked", "manyLooked"),
      watched: counted(cells.length, "oneLooked", "manyLooked"),
      ready: counted(ready, "oneReady", "manyReady"),
      completions: counted(ready, "oneDone", "manyDone"),
    };
    const said = texts[template[this.#kind]].replace(/\{(\w+)\}/g, (_, name) => values[name]);
    return lane === undefined ? said : `${this.#labels.lane(lane)}: ${said}`;
  }
}

/** Draws the cells of all loops below each other. */
function paint(surface, loops, look) {
  const { size, width } = surface;
  const height = Math.round(HEIGHT * size);
  surface.begin(height);
  const { context } = surface;
  context.font = `${size}px system-ui, sans-serif`;
  context.textBaseline = "middle";
  surface.fills.moveTo(0);
  const names = loops.length > 1 ? loops.map(({ lane }) => look.labels.lane(lane)) : [];
  const widest = Math.max(0, ...names.map((name) => context.measureText(name).width));
  const left = names.length > 0 ? Math.ceil(widest + size) : 0;
  const high = Math.floor(height / Math.max(1, loops.length));
  surface.each = 1;
  loops.forEach((loop, index) => {
    const box = { left, top: index * high, width: width - left, height: high };
    if (names.length > 0) {
      context.fillStyle = colorOf("text");
      context.textAlign = "left";
      context.fillText(names[index], 4, box.top + Math.round(high / 2));
    }
    const grid = placeCells(loop.cells.length, box, size);
    surface.each = Math.max(surface.each, grid.each);
    paintCells(surface, loop, grid, look);
  });
}

/** What a cell shows: the strongest of what holds for the sockets that it stands for. */
function lookOf({ ready, fresh, last }, from, until, reached, isSwept) {
  if (last === undefined) return "idle";
  let seen = "idle";
  for (let place = from; place < until && place < reached; place++) {
    if (ready.has(place)) return "ready";
    if (isSwept && !fresh.has(place)) seen = "vain";
  }
  return seen;
}

/** Draws cells beside each other that look the same at once, and then the gaps between them. */
function paintCells(surface, loop, grid, { kind, progress, isSlow, texts }) {
  const { context } = surface;
  const { pitch, wide, columns, each, left, top, count, isLabelled } = grid;
  const all = loop.cells.length;
  const isSwept = ["sweep", "round"].includes(kind);
  const reached = isSwept ? progress * all : all;
  const looks = Array.from({ length: count }, (_, cell) => {
    const from = cell * each;
    return lookOf(loop, from, Math.min(from + each, all), reached, isSwept);
  });
  const gap = pitch >= 6 ? 2 : 1;
  const placed = (cell) => {
    const x = left + (cell % columns) * wide;
    return { x, y: top + Math.floor(cell / columns) * pitch, w: wide - gap, h: pitch - gap };
  };
  const colors = { line: colorOf("muted"), background: colorOf("background") };
  for (let from = 0, until; from < count; from = until) {
    until = from + 1;
    while (until % columns !== 0 && until < count && looks[until] === looks[from]) until++;
    paintRun(surface, looks[from], placed(from), { count: until - from, wide, gap }, colors);
  }
  if (isSlow && loop.busy !== undefined) frame(context, placed(Math.floor(loop.busy / each)));
  for (let cell = 0; isLabelled && cell < count; cell++) {
    label(surface, loop.cells[cell], placed(cell), texts);
  }
}

function paintRun({ context, fills }, look, { x, y, h }, { count, wide, gap }, colors) {
  const isOutlined = look === "idle" && h > 3;
  context.fillStyle = look === "idle" ? colors.line : fills.of(look, wide);
  context.fillRect(x, y, count * wide - gap, h);
  context.fillStyle = colors.background;
  for (let i = 0; i < count; i++) {
    const left = x + i * wide;
    if (isOutlined) context.fillRect(left + 1, y + 1, wide - gap - 2, h - 2);
    if (i > 0) context.fillRect(left - gap, y, gap, h);
  }
}

/** The socket that the server is at. */
function frame(context, { x, y, w: width, h: height }) {
  context.fillStyle = colorOf("text");
  const thick = Math.min(3, Math.max(1, Math.floor(width / 4)));
  context.fillRect(x, y, width, thick);
  context.fillRect(x, y + height - thick, width, thick);
  context.fillRect(x, y, thick, height);
  context.fillRect(x + width - thick, y, thick, height);
}

/** The name of a socket, on a plate, so that the pattern does not run through it. */
function label({ context, size }, { kind, peer }, { x, y, w, h }, texts) {
  const name = kind === "client" ? peer.slice(peer.lastIndexOf(":")) : texts[kind];
  const wide = Math.ceil(context.measureText(name).width);
  if (wide + 8 > w) return;
  const middle = y + Math.round(h / 2);
  context.fillStyle = colorOf("background");
  context.fillRect(
    x + Math.round((w - wide) / 2) - 3,
    middle - Math.ceil(size * 0.7),
    wide + 6,
    Math.ceil(size * 1.4),
  );
  context.fillStyle = colorOf("text");
  context.textAlign = "center";
  context.fillText(name, x + Math.round(w / 2), middle);
}
