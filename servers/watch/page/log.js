/**
 * The log of a run, up to the time that is shown.
 *
 * @module
 */

import { element } from "./dom.js";
import { indexAt, linesAt } from "./history.js";
import { Throttle } from "./pace.js";

/** Lines are added in batches: scrolling costs a browser more than all other drawing. */
const LOG_MS = 500;

/** The lines of a log. */
export class RunLog {
  element = element("ol", { class: "log", tabIndex: 0 });
  /** The lines that are shown. */
  #lines = [];
  #throttle = new Throttle(LOG_MS);

  /** @param {object} texts of the page */
  constructor(texts) {
    this.element.setAttribute("aria-label", texts.log);
  }

  /**
   * Where only lines came, they are added, and the log stays where its reader has it.
   *
   * @param {import("./shown.js").Shown} shown
   */
  draw(history, { atMs }) {
    if (!this.#throttle.isDue(history, history.lines.at(-1), indexAt(history.samples, atMs))) {
      return;
    }
    const lines = linesAt(history, atMs);
    if (lines.at(-1) === this.#lines.at(-1)) return;
    const kept = lines.indexOf(this.#lines.at(-1)) + 1;
    const isAtEnd = kept === 0 ||
      this.element.scrollTop + this.element.clientHeight > this.element.scrollHeight - 30;
    if (kept === 0) this.element.replaceChildren();
    this.element.append(...lines.slice(kept).map(({ line }) => element("li", {}, line)));
    while (this.element.childElementCount > lines.length) this.element.firstElementChild.remove();
    if (isAtEnd) this.element.scrollTop = this.element.scrollHeight;
    this.#lines = lines;
  }
}
