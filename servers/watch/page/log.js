/**
 * The log of a run, up to the time that is shown.
 *
 * @module
 */

import { element } from "./dom.js";
import { linesAt } from "./history.js";
import { relativeTime } from "./moment.js";
import { Throttle } from "./pace.js";
import { peerOf } from "./shares.js";

/** Lines are added in batches: scrolling costs a browser more than all other drawing. */
const LOG_MS = 500;

/** The lines of a log. Those of the client that is followed are marked. */
export class RunLog {
  element = element("ol", { class: "log", tabIndex: 0 });
  #timeline;
  /** The lines that are shown. */
  #lines = [];
  #followed;
  #peer = "";
  #throttle = new Throttle(LOG_MS);

  /** @param {object} texts of the page @param timeline the page's time */
  constructor(texts, timeline) {
    this.#timeline = timeline;
    this.element.setAttribute("aria-label", texts.log);
  }

  /**
   * Where only lines came, they are added, and the log stays where its reader has it.
   *
   * @param {import("./shown.js").Shown} shown
   */
  draw(history, { atMs, followed }) {
    if (!this.#throttle.isDue(history, history.lines.at(-1), atMs, followed)) return;
    this.#follow(history, followed);
    const lines = linesAt(history, atMs);
    if (lines.at(-1) === this.#lines.at(-1)) return;
    const kept = lines.indexOf(this.#lines.at(-1)) + 1;
    const isAtEnd = kept === 0 ||
      this.element.scrollTop + this.element.clientHeight > this.element.scrollHeight - 30;
    if (kept === 0) this.element.replaceChildren();
    this.element.append(...lines.slice(kept).map((line) => this.#item(line)));
    if (isAtEnd) this.element.scrollTop = this.element.scrollHeight;
    this.#lines = lines;
    // In the frame in which lines scroll, to take others away would move what is read.
    if (this.element.childElementCount > lines.length) requestAnimationFrame(() => this.#trim());
  }

  /** Takes away the oldest lines. Browsers that anchor what is scrolled keep the others in their place. */
  #trim() {
    const log = this.element;
    while (log.childElementCount > this.#lines.length) log.firstElementChild.remove();
  }

  #item({ timeMs, line }) {
    const time = relativeTime(this.#timeline.secondsAt(timeMs));
    const item = element("li", { "data-time": time }, line);
    item.classList.toggle("of-followed", this.#isOfFollowed(line));
    return item;
  }

  #follow(history, followed) {
    if (followed === this.#followed) return;
    this.#followed = followed;
    this.#peer = followed === undefined ? "" : peerOf(history, followed);
    this.element.classList.toggle("follows", this.#peer !== "");
    for (const item of this.element.children) {
      item.classList.toggle("of-followed", this.#isOfFollowed(item.textContent));
    }
  }

  /** A line names its client by the address. */
  #isOfFollowed(line) {
    if (this.#peer === "") return false;
    const after = line[line.indexOf(this.#peer) + this.#peer.length] ?? "";
    return line.includes(this.#peer) && !/\d/.test(after);
  }
}
