/**
 * A moment in the address of the page: `#t=12.3` is 12.3 seconds after the server's start.
 *
 * @module
 */

/** Browsers limit how often an address changes. */
const PAUSE_MS = 400;

/** The moment that the address names, in seconds; `undefined` if it names none. */
export function wantedMoment() {
  const seconds = /^#t=(\d{1,9}(?:\.\d{1,3})?)$/.exec(location.hash)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

/** Keeps the address up to date. */
export class MomentInAddress {
  #shown = location.hash;
  #lastMs = -Infinity;

  /**
   * Shows a moment in the address, or none. Call it again and again: it has its own pace.
   *
   * @param {number | undefined} seconds after the server's start
   */
  show(seconds) {
    const wanted = seconds === undefined ? "" : `#t=${Number(seconds.toFixed(3))}`;
    const nowMs = performance.now();
    if (wanted === this.#shown || nowMs - this.#lastMs < PAUSE_MS) return;
    this.#lastMs = nowMs;
    this.#shown = wanted;
    history.replaceState(history.state, "", wanted || location.pathname + location.search);
  }

  /** Calls `onWanted` when people change the address, or follow a link to another moment. */
  follow(onWanted) {
    addEventListener("hashchange", () => {
      this.#shown = location.hash;
      const seconds = wantedMoment();
      if (seconds !== undefined) onWanted(seconds);
    });
  }
}
