/**
 * The moment that the page shows, and the span of time around it: one for all of its parts.
 *
 * @module
 */

/** The span that lanes and charts draw, unless it is zoomed. */
export const SPAN_MS = 15_000;

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
