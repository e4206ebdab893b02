/**
 * Limits how often the page draws. Drawing takes CPU time from the server and from the load, so the page
 * draws less often where CPU time is scarce.
 *
 * @module
 */

/** The least time between two drawings where CPU time is scarce. */
const SCARCE_PAUSE_MS = 250;
/** The most: a page without news still tells that time passes. */
const NO_NEWS_PAUSE_MS = 1_000;

/** After one of these, somebody waits to see what it changes. */
const INPUTS = ["keydown", "pointermove", "pointerdown", "click", "wheel", "input"];

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
function isCpuScarce(players) {
  return players.some(({ isLive, newest }) => isLive && (newest?.isCpuScarce ?? false));
}

/**
 * Draws with each frame of the screen, and never while the page is hidden. Where CPU time is scarce, it
 * draws when a server has reported something or somebody has done something, and sets the class `sparing`,
 * with which the style sheet slows its animations down.
 *
 * @param {() => void} draw draws the page
 * @param {() => readonly import("./player.js").LivePlayer[]} playersOf returns what the servers report to
 * @param {() => boolean} isMoving whether what is shown changes without a report, as the past does
 */
export function drawRepeatedly(draw, playersOf, isMoving) {
  let drawn = [];
  let drawnMs = 0;
  let pause;
  const next = () => {
    draw();
    const players = playersOf();
    drawn = players.map(({ newest }) => newest);
    drawnMs = performance.now();
    const isSparing = isCpuScarce(players);
    document.documentElement.classList.toggle("sparing", isSparing);
    if (isSparing) pause = setTimeout(look, SCARCE_PAUSE_MS);
    else requestAnimationFrame(next);
  };
  const look = () => {
    const hasNews = isMoving() || playersOf().some(({ newest }, i) => newest !== drawn[i]);
    if (hasNews || performance.now() - drawnMs >= NO_NEWS_PAUSE_MS) resume();
    else pause = setTimeout(look, SCARCE_PAUSE_MS);
  };
  const resume = () => {
    if (pause === undefined) return;
    clearTimeout(pause);
    pause = undefined;
    requestAnimationFrame(next);
  };
  for (const input of INPUTS) addEventListener(input, resume, { capture: true, passive: true });
  requestAnimationFrame(next);
}
