/**
 * Limits how often the page draws. Drawing takes CPU time from the server and from the load, so the page
 * draws less often where CPU time is scarce.
 *
 * @module
 */

/** The pause between two drawings where CPU time is scarce; frames come as rarely. */
const SCARCE_PAUSE_MS = 250;

let share = 1;

/**
 * Shortens the time between two turns of all throttles: while people search the past for a moment there is
 * none.
 *
 * @param {number} to a share of the usual time, from 0 to 1
 */
export function hurry(to) {
  share = to;
}

/** Limits how often something is done, less so in a {@linkcode hurry}. */
export class Throttle {
  #ms;
  #lastMs = -Infinity;
  #inputs = [];

  /** @param {number} ms the least time between two turns, in milliseconds */
  constructor(ms) {
    this.#ms = ms;
  }

  /**
   * Whether it is due. If so, it counts as done.
   *
   * @param inputs what it depends on: while they stay the same, it is not due
   */
  isDue(...inputs) {
    const isSame = inputs.length > 0 && inputs.every((value, i) => value === this.#inputs[i]);
    const nowMs = performance.now();
    if (isSame || nowMs - this.#lastMs < this.#ms * share) return false;
    this.#lastMs = nowMs;
    this.#inputs = inputs;
    return true;
  }
}

/** Whether a running server reports that CPU time is scarce. Recordings report the past. */
export function isCpuScarce(players) {
  return players.some(({ isLive, newest }) => isLive && (newest?.isCpuScarce ?? false));
}

/**
 * Draws with each frame of the screen, and never while the page is hidden. While that is too often, it
 * draws less and sets the class `sparing`, with which the style sheet slows its animations down.
 */
export function drawRepeatedly(draw, isTooMuch) {
  const next = () => {
    draw();
    const isSparing = isTooMuch();
    document.documentElement.classList.toggle("sparing", isSparing);
    if (isSparing) setTimeout(() => requestAnimationFrame(next), SCARCE_PAUSE_MS);
    else requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}
