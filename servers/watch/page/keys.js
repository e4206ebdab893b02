/**
 * The keys of the page.
 *
 * @module
 */

import { element } from "./dom.js";

const STEP_MS = 1_000;
/** Elements in which these keys have another meaning. On the slider, the arrows seek as elsewhere. */
const TAKES_ARROWS = "textarea, select, input:not([type=checkbox], [type=range])";
const TAKES_SPACE = `${TAKES_ARROWS}, input[type=checkbox], button, summary`;

/** Lets keys move the time, wherever the focus is, except where they are typed. */
export class Keys {
  #timeline;

  /** The list of the keys, in a dialog. */
  element = element("dialog", { class: "keys" });

  /** @param {object} texts of the page @param timeline the page's time */
  constructor(_texts, timeline) {
    this.#timeline = timeline;
    addEventListener("keydown", (event) => this.#onKey(event));
  }

  #onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const { key, target } = event;
    const timeline = this.#timeline;
    const { atMs } = timeline.shown;
    if (key === " " && !target.matches(TAKES_SPACE)) timeline.toggle();
    else if (key === "ArrowLeft" && !target.matches(TAKES_ARROWS)) timeline.seek(atMs - STEP_MS);
    else if (key === "ArrowRight" && !target.matches(TAKES_ARROWS)) timeline.seek(atMs + STEP_MS);
    else return;
    event.preventDefault();
  }
}
