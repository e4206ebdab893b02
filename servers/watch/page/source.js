/**
 * Shows the code of the model, and marks the line that runs.
 *
 * @module
 */

import { element } from "./dom.js";
import { indexAt } from "./history.js";

/** How long a line stays marked after it ran. */
const WARM_MS = 600;
/** How many frames are searched for one in which the code rests. */
const MAX_SEARCHED = 100;

/** The files of a model. */
export class SourceView {
  element = element("div", { class: "source" });
  /** The lines of each call. */
  #lines = new Map();
  /** The call whose lines are marked as current, and the lines that are marked as warm. */
  #current;
  #warm = new Set();
  /** The last frame that was drawn, and the call in which the code rested. */
  #last;
  #restsIn;

  constructor(files) {
    for (const { path, text, lines } of files) {
      const shown = text.trimEnd().split("\n").map((line) =>
        element("span", { class: "line" }, `${line}\n`)
      );
      this.element.append(
        element("h3", {}, path),
        element("pre", { tabIndex: 0 }, element("code", {}, ...shown)),
      );
      for (const [call, numbers] of Object.entries(lines)) {
        const all = this.#lines.get(call) ?? [];
        this.#lines.set(call, [...all, ...numbers.map((number) => shown[number - 1])]);
      }
    }
  }

  /** Marks the lines that ran at a time. @param {import("./shown.js").Shown} shown */
  draw({ samples }, { atMs }) {
    const last = indexAt(samples, atMs);
    if (samples[last].frame === this.#last) return;
    this.#last = samples[last].frame;
    const current = callOf(this.#last);
    if (current !== this.#current) {
      this.#mark(this.#current, "current", false);
      this.#mark(current, "current", true);
      this.#current = current;
    }
    const warm = new Set([...warmAt(samples, last)].flatMap((call) => this.#lines.get(call) ?? []));
    for (const line of this.#warm) if (!warm.has(line)) line.classList.remove("warm");
    for (const line of warm) if (!this.#warm.has(line)) line.classList.add("warm");
    this.#warm = warm;
    this.#follow(restsIn(samples, last));
  }

  /** Scrolls to the call in which the code rests. Eyes cannot follow code that runs all the time. */
  #follow(call) {
    if (call === undefined || call === this.#restsIn) return;
    this.#restsIn = call;
    if (!this.element.contains(document.activeElement)) this.#scrollTo(call);
  }

  #mark(call, mark, isOn) {
    for (const line of this.#lines.get(call) ?? []) line.classList.toggle(mark, isOn);
  }

  /** Scrolls the box of the code only, so that the page stays where it is. */
  #scrollTo(call) {
    const line = this.#lines.get(call)?.[0];
    const box = line?.closest("pre");
    if (!box) return;
    const top = line.offsetTop - box.offsetTop;
    const isVisible = top > box.scrollTop && top < box.scrollTop + box.clientHeight - 20;
    if (!isVisible) box.scrollTop = Math.max(0, top - box.clientHeight / 3);
  }
}

/** The call that the code is in. */
function callOf({ settings, call }) {
  return settings.heldMs > 0 ? "held" : call;
}

/** The calls that were made shortly before a sample. */
function warmAt(samples, last) {
  const warm = new Set();
  const sinceMs = samples[last].frame.timeMs - WARM_MS;
  for (let i = last; i >= 0 && samples[i].frame.timeMs > sinceMs; i--) {
    for (const [call, count] of Object.entries(samples[i].frame.calls)) {
      if (count > 0) warm.add(call);
    }
  }
  return warm;
}

/** The call of the last frame in which nothing happened. */
function restsIn(samples, last) {
  for (let i = last; i >= Math.max(0, last - MAX_SEARCHED); i--) {
    const { frame } = samples[i];
    // Viewers wake up the loop too.
    if (Object.entries(frame.calls).every(([call, count]) => count === 0 || call === "wait")) {
      return callOf(frame);
    }
  }
  return undefined;
}
