/**
 * The figure of the waiting call: a cell for each socket, and what each return looked at.
 *
 * @module
 */

import { element, setText, shownNumber } from "./dom.js";
import { fill } from "./fill.js";
import { indexAt, STATES } from "./history.js";
import { legend } from "./legend.js";
import { Throttle } from "./pace.js";
import { costAt, kindOf, loopsAt, roundAt } from "./scan_cells.js";
import { paintLoops } from "./scan_painter.js";

/** How long a sweep is drawn, in milliseconds; it takes the system much less. */
const SWEEP_MS = 300;
/** A cell gets at most so much of it. */
const CELL_MS = 60;
/** The next return is drawn at the earliest so long after. */
const REST_MS = 150;
const WORDS_MS = 500;
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
    paintLoops(surface, this.#sweep.loops.slice(0, MAX_LOOPS), {
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
    paintLoops(surface, loops, {
      kind: this.#kind,
      progress,
      isSlow,
      texts: this.#texts,
      labels: this.#labels,
    });
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
    const watched = latest && (loops.length > 1 ? latest.cells.length : watchedBy(history, latest));
    const call = this.#hello.waitsIn;
    const parts = [];
    if (latest !== undefined) {
      parts.push(this.#sayReturn(latest, watched, loops.length > 1 ? latest.lane : undefined));
    } else if (this.#kind !== "round") parts.push(texts.notYet.replace("{call}", call));
    const { inVain, cpuMicroseconds } = costAt(history, atMs);
    parts.push(texts.inVain.replace("#", shownNumber(inVain)));
    if (cpuMicroseconds !== undefined) {
      const digits = cpuMicroseconds < 10 ? 1 : 0;
      const cost = this.#kind === "round" ? texts.roundCost : texts.cost;
      parts.push(cost.replace("#", shownNumber(cpuMicroseconds, digits)));
    }
    const known = latest?.ready.size;
    // Of clients that have left since, there are no cells.
    const haveLeft = watched > latest?.cells.length;
    if (known < latest?.last.ready && !haveLeft) {
      parts.push(texts.known.replace("#", shownNumber(known)));
    }
    const { each } = this.#surface;
    if (each > 1) parts.push(texts.each.replace("#", shownNumber(each)));
    if (loops.length > MAX_LOOPS) {
      parts.push(texts.moreLoops.replace("#", shownNumber(loops.length - MAX_LOOPS)));
    }
    setText(this.#caption, parts.join(this.#labels.texts.listEnd));
  }

  #sayReturn({ last: { scanned, ready } }, watched, lane) {
    const texts = this.#texts;
    const counted = (count, one, many) =>
      count === 1 ? texts[one] : texts[many].replace("#", shownNumber(count));
    const told = scanned > ready ? "toldMore" : "told";
    const round = ready > 0 ? "roundFound" : "round";
    const template = { sweep: "swept", round, tell: told, complete: "completed" };
    const values = {
      call: this.#hello.waitsIn,
      looked: counted(scanned, "oneLooked", "manyLooked"),
      watched: counted(watched, "oneLooked", "manyLooked"),
      ready: counted(ready, "oneReady", "manyReady"),
      completions: counted(ready, "oneDone", "manyDone"),
    };
    const said = fill(texts[template[this.#kind]], values);
    return lane === undefined ? said : `${this.#labels.lane(lane)}: ${said}`;
  }
}

/** How many sockets the only loop watched when it returned: clients may have come or left since. */
function watchedBy({ samples }, { last, cells }) {
  const others = cells.findIndex(({ kind }) => kind === "client");
  const index = indexAt(samples, last.timeMs);
  const clients = samples.slice(index, index + 2).map(({ counts }) =>
    counts.reduce((sum, count) => sum + count, 0) - counts[STATES.indexOf("backlog")]
  );
  return (others < 0 ? cells.length : others) + Math.max(...clients);
}
