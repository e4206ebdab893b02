/**
 * How often the page draws. A browser that draws takes a processor away from the server and from those
 * who load it, so where processors are short it draws seldom.
 *
 * @module
 */

/** The pause between two drawings where processors are short: what is drawn comes as seldom. */
const SHORT_PAUSE_MS = 250;

let isHurried = false;

/** Whether all is to be done as soon as it changes, since somebody looks for a moment of the past. */
export function hurry(isNeeded) {
  isHurried = isNeeded;
}

/** Something that is done at most once in so many milliseconds, unless there is a hurry. */
export class AtMostEvery {
  #ms;
  #lastMs = -Infinity;
  #about = [];

  constructor(ms) {
    this.#ms = ms;
  }

  /**
   * Whether it is time to do it; then it counts as done.
   *
   * @param about what it depends on: while all of this stays the same, it need not be done again
   */
  isDue(...about) {
    const isSame = about.length > 0 && about.every((value, i) => value === this.#about[i]);
    const nowMs = performance.now();
    if (isSame || !isHurried && nowMs - this.#lastMs < this.#ms) return false;
    this.#lastMs = nowMs;
    this.#about = about;
    return true;
  }
}

/** Whether a server that runs says that processors are short. A recording says how it was then. */
export function areProcessorsShort(players) {
  return players.some(({ isLive, newest }) => isLive && (newest?.isShort ?? false));
}

/**
 * Draws again and again, as often as the screen does unless that is too much, and never unseen. While it
 * is too much, the page has the class `sparing`: what the style sheet moves is drawn as often.
 */
export function drawForEver(draw, isTooMuch) {
  const next = () => {
    draw();
    const isSparing = isTooMuch();
    document.documentElement.classList.toggle("sparing", isSparing);
    if (isSparing) setTimeout(() => requestAnimationFrame(next), SHORT_PAUSE_MS);
    else requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}
