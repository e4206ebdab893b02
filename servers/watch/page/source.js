/**
 * The code of the model, with the line that runs now.
 *
 * @module
 */

import { element } from "./dom.js";
import { indexAt } from "./history.js";

/** For how long a line that ran stays marked. */
const WARM_MS = 600;
/** How many frames are looked at for one in which it rests. */
const MAX_LOOKED = 100;

/** Shows the files of a model. */
export class SourceView {
  element = element("div", { class: "source" });
  /** The lines of each call. */
  #lines = new Map();
  /** What is marked: the call whose lines are current, and the lines that are warm. */
  #current;
  #warm = new Set();
  /** What was looked at last, and the call in which it rests there. */
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

  /** Marks what ran at a time. */
  draw(samples, toMs) {
    const last = indexAt(samples, toMs);
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

  /** Code that is everywhere within a moment cannot be followed with the eyes: only where it rests. */
  #follow(call) {
    if (call === undefined || call === this.#restsIn) return;
    this.#restsIn = call;
    if (!this.element.contains(document.activeElement)) this.#scrollTo(call);
  }

  #mark(call, mark, isOn) {
    for (const line of this.#lines.get(call) ?? []) line.classList.toggle(mark, isOn);
  }

  /** Within its own box only: the page stays where the reader has it. */
  #scrollTo(call) {
    const line = this.#lines.get(call)?.[0];
    const box = line?.closest("pre");
    if (!box) return;
    const top = line.offsetTop - box.offsetTop;
    const isVisible = top > box.scrollTop && top < box.scrollTop + box.clientHeight - 20;
    if (!isVisible) box.scrollTop = Math.max(0, top - box.clientHeight / 3);
  }
}

/** The call in which the code is. */
function callOf({ settings, call }) {
  return settings.heldMs > 0 ? "held" : call;
}

/** The calls that were made a short while before a sample. */
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

/** The call in which it was when nothing had happened for a frame, the last time. */
function restsIn(samples, last) {
  for (let i = last; i >= Math.max(0, last - MAX_LOOKED); i--) {
    const { frame } = samples[i];
    // To be looked at wakes it up, too.
    if (Object.entries(frame.calls).every(([call, count]) => count === 0 || call === "wait")) {
      return callOf(frame);
    }
  }
  return undefined;
}
