/**
 * The moment that the page shows, and the span of time around it: one for all of its parts.
 *
 * @module
 */

/** The span that lanes and charts draw, unless it is zoomed, or time passes slowly. */
export const SPAN_MS = 15_000;
/** How far one can zoom. */
const MIN_SPAN_MS = 10;
const MAX_SPAN_MS = 60_000;
/** The speeds of time, from the slowest. */
export const SPEEDS = [0.01, 0.1, 1, 2, 4, 10];
/** A step over less of the span than this would not be seen. */
const VISIBLE_SHARE = 0.003;
/** After zooming in for steps, a step takes this part of the span. */
const STEP_SHARE = 0.02;

/**
 * What a page shows. Code, log, table and facts are those of `atMs`, the time of the cursor; lanes and
 * charts draw `fromMs` to `toMs`. While the present is followed, `atMs` is `toMs`. `speed` is that of the
 * time, and `followed` the number of a client, or `undefined`. `pointerMs` is the time under the pointer,
 * or `undefined`, and `zeroMs` the time from which moments are counted.
 *
 * @typedef {{ atMs: number, fromMs: number, toMs: number, isPaused: boolean, speed: number,
 *   followed: number | undefined, pointerMs: number | undefined, zeroMs: number }} Shown
 */

/**
 * The moment of a run whose time has ended at `endMs`: it is shown as it was then.
 *
 * @param {Shown} shown
 * @returns {Shown}
 */
export function shownUntil(shown, endMs) {
  if (shown.toMs <= endMs) return shown;
  const lateMs = shown.toMs - endMs;
  const { atMs, fromMs } = shown;
  return { ...shown, atMs: Math.min(atMs, endMs), fromMs: fromMs - lateMs, toMs: endMs };
}

/**
 * The time of a page. It follows the present, stands still, or plays the past at some speed; and it has
 * a cursor in a window, which moves along or is zoomed.
 */
export class ShownTime {
  isPaused = false;
  speed = 1;
  /** The number of the client that is followed. */
  followed;
  /** The time under the pointer. */
  pointerMs;
  zeroMs = 0;
  /** Whether the cursor is at an event, whose time has microseconds. */
  isAtEvent = false;
  #atMs = 0;
  #startMs = 0;
  #endMs = 0;
  #isLive;
  #isPresent;
  /** Where the time was stopped: going on from there leads to the present. */
  #pausedAtMs = Infinity;
  /** The window, unless it is the usual one: until the cursor. */
  #window;

  /** @param {boolean} isLive whether servers run, so that there is a present */
  constructor(isLive) {
    this.#isLive = this.#isPresent = isLive;
  }

  /** What is shown. @returns {Shown} */
  get shown() {
    const toMs = this.#window?.toMs ?? this.#atMs;
    const { isPaused, speed, followed, pointerMs, zeroMs } = this;
    const fromMs = toMs - this.spanMs;
    return { atMs: this.#atMs, fromMs, toMs, isPaused, speed, followed, pointerMs, zeroMs };
  }

  /** The length of the window. The slower time passes, the less of it is seen. */
  get spanMs() {
    return this.#window?.spanMs ?? SPAN_MS * Math.min(1, this.speed);
  }

  /** Whether the present is followed. */
  get isPresent() {
    return this.#isPresent;
  }

  /** Whether the span is the people's choice. */
  get isZoomed() {
    return this.#window?.isWanted ?? false;
  }

  /** Whether a recording has reached its end. */
  get isOver() {
    return !this.#isLive && this.#atMs >= this.#endMs;
  }

  /**
   * Lets time pass, unless it is stopped.
   *
   * @param {number} elapsedMs since the last call
   * @param {number} startMs the first time that can be shown
   * @param {number} endMs the last time that can be shown
   */
  pass(elapsedMs, startMs, endMs) {
    [this.#startMs, this.#endMs] = [startMs, endMs];
    // The end of a running server is estimated, and taken back when no more frames come.
    this.#pausedAtMs = Math.min(this.#pausedAtMs, endMs);
    if (this.#isPresent) this.#atMs = endMs;
    else if (!this.isPaused) {
      this.#atMs += elapsedMs * this.speed;
      if (this.#atMs >= endMs) this.#arrive();
    }
    this.#settle();
  }

  /** The past has been played until its end. */
  #arrive() {
    if (this.#isLive) this.toPresent();
    else this.isPaused = true;
  }

  /**
   * Stops the time, or lets it go on: from where it is, or with the present if it was stopped there. A
   * recording that is over starts again.
   */
  toggle() {
    if (!this.isPaused) return this.#stop();
    if (this.isOver) this.#atMs = this.#startMs;
    const isUnmoved = this.#isLive && this.speed === 1 && this.#atMs === this.#pausedAtMs;
    if (isUnmoved) return this.toPresent();
    this.isPaused = false;
    this.#forgetSteps();
  }

  #stop() {
    if (this.#isPresent) this.#pausedAtMs = this.#atMs;
    this.isPaused = true;
    this.#isPresent = false;
  }

  /** Stops, and moves the cursor to a time. */
  seek(timeMs) {
    if (!this.isPaused) this.#stop();
    this.#atMs = this.clamp(timeMs);
    this.#forgetSteps();
    this.#settle();
  }

  /** Stops, and moves the cursor to an event. Unless people have zoomed, it zooms until that is seen. */
  stepTo(timeMs) {
    const stepMs = Math.abs(timeMs - this.#atMs);
    if (!this.isPaused) this.#stop();
    this.#atMs = this.clamp(timeMs);
    this.isAtEvent = true;
    if (!this.isZoomed && stepMs < this.spanMs * VISIBLE_SHARE) {
      const spanMs = clampSpan(stepMs / STEP_SHARE);
      this.#open(spanMs, this.#atMs + spanMs / 2, false);
    }
    this.#settle();
  }

  /** Puts the cursor at a time of the past, in the same window. In the present it does nothing. */
  point(timeMs) {
    if (this.#isPresent) return;
    const { spanMs } = this;
    this.#window ??= { spanMs, toMs: this.#atMs, isWanted: true };
    this.isAtEvent = false;
    this.#atMs = this.clamp(timeMs);
    this.#settle();
  }

  /** Follows the present. */
  toPresent() {
    if (!this.#isLive) return this.seek(this.#endMs);
    this.#isPresent = true;
    this.isPaused = false;
    this.speed = 1;
    this.#atMs = this.#endMs;
    this.#forgetSteps();
    this.#settle();
  }

  /** Sets the speed. A slow one begins at once, in the present too; none is faster than the present. */
  setSpeed(speed) {
    if (this.#isPresent && speed >= 1) return;
    this.speed = speed;
    this.#isPresent = false;
    this.#forgetSteps();
    this.#settle();
  }

  /** The next speed in a direction, 1 or −1; the same at both ends. */
  speedAfter(direction) {
    return SPEEDS[SPEEDS.indexOf(this.speed) + direction] ?? this.speed;
  }

  /**
   * Zooms: what is at `aroundMs` stays where it is. Around another time than the cursor's, the present
   * is not followed any more.
   *
   * @param {number} factor of the span: less than 1 shows less
   */
  zoom(factor, aroundMs = this.#atMs) {
    if (this.#isPresent && aroundMs !== this.#atMs) this.#stop();
    const { spanMs: before, shown: { toMs } } = this;
    const spanMs = clampSpan(before * factor);
    this.#open(spanMs, aroundMs + (toMs - aroundMs) * spanMs / before);
    this.#settle(true);
  }

  /** Stops, and moves the window. The cursor stays in it. */
  pan(byMs) {
    if (!this.isPaused) this.#stop();
    this.#open(this.spanMs, this.shown.toMs + byMs);
    this.#settle(true);
  }

  /** Shows the usual span again. */
  resetZoom() {
    this.#window = undefined;
  }

  /** The nearest time that can be shown. */
  clamp(timeMs) {
    return Math.max(Math.min(timeMs, this.#endMs), this.#startMs);
  }

  /** Shows another window. It begins with what is known, or with what was seen before that already. */
  #open(spanMs, toMs, isWanted = true) {
    const isPanned = this.#window?.spanMs === spanMs;
    const seenMs = isPanned ? this.#window.seenMs ?? Infinity : Infinity;
    const firstMs = Math.min(seenMs, this.shown.fromMs, this.#startMs);
    const endMs = Math.max(toMs, firstMs + spanMs);
    this.#window = { spanMs, toMs: endMs, seenMs: Math.min(seenMs, endMs - spanMs), isWanted };
  }

  #forgetSteps() {
    this.isAtEvent = false;
    if (!this.isZoomed) this.#window = undefined;
  }

  /** Keeps the cursor in the window, and the window's end in what is known: one of them has moved. */
  #settle(isWindowMoved = false) {
    const shown = this.#window;
    this.#atMs = this.clamp(this.#atMs);
    if (shown === undefined) return;
    if (this.#isPresent) shown.toMs = this.#atMs;
    if (!isWindowMoved) {
      shown.toMs = Math.min(Math.max(shown.toMs, this.#atMs), this.#atMs + shown.spanMs);
    }
    shown.toMs = Math.min(shown.toMs, this.#endMs);
    // Only then: the sum above is rounded, and an event would be left again.
    if (isWindowMoved && !this.#isPresent) {
      this.#atMs = Math.max(Math.min(this.#atMs, shown.toMs), shown.toMs - shown.spanMs);
    }
  }
}

function clampSpan(spanMs) {
  return Math.min(Math.max(spanMs, MIN_SPAN_MS), MAX_SPAN_MS);
}
