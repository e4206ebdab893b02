/**
 * What stands in the picture while it has no client: what to do first.
 *
 * @module
 */

import { element, setText } from "./dom.js";
import { sampleAt } from "./history.js";

const FIRST_CLIENTS = 3;

/** Says that there is no client, and how to get one. */
export class EmptyState {
  element;
  #texts;
  #title = element("p", { class: "title" });

  /**
   * @param options `address` to which people connect, and `open(count)`, which opens clients that talk; it is
   *   missing where nothing runs, or where the page may not control it
   */
  constructor({ empty }, { address, isLive, open }) {
    this.#texts = empty;
    const how = [];
    if (open !== undefined) {
      const onclick = () => open(FIRST_CLIENTS);
      how.push(element("button", { type: "button", class: "primary", onclick }, empty.open));
    }
    if (isLive) {
      how.push(
        element("p", {}, empty.or, " ", element("code", {}, `playground connect ${address}`)),
      );
    }
    this.element = element("div", { class: "empty", hidden: true }, this.#title, ...how);
  }

  /** Shows it while there is no client in the picture. */
  draw(history, { atMs, fromMs, toMs }) {
    const isEmpty = sampleAt(history.samples, atMs).counts.every((count) => count === 0) &&
      !hasBars(history, fromMs, toMs);
    if (this.element.hidden === isEmpty) this.element.hidden = !isEmpty;
    if (!isEmpty) return;
    setText(this.#title, history.lanes.size === 0 ? this.#texts.now : this.#texts.atThisTime);
  }
}

function hasBars({ lanes }, fromMs, toMs) {
  for (const { bars } of lanes.values()) {
    if (bars.some(({ times, endMs }) => times[0] <= toMs && endMs >= fromMs)) return true;
  }
  return false;
}
