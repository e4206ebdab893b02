/**
 * The code of the model, with the line that runs now.
 *
 * @module
 */

import { element } from "./dom.js";

/** For how long a line that ran stays marked. */
const WARM_MS = 600;

/** Shows the files of a model. */
export class SourceView {
  element = element("div", { class: "source" });
  /** The lines of each call. */
  #lines = new Map();
  #warm = new Map();
  #call;
  /** The call whose lines are marked. */
  #marked;
  /** Whether nothing has happened since the frame before, and where that was so the last time. */
  #rests = false;
  #restedIn;

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

  /** @param {string} call that is running, @param {Record<string, number>} counts since the last time */
  take(call, counts) {
    const nowMs = performance.now();
    this.#rests = true;
    for (const [name, count] of Object.entries(counts)) {
      if (count === 0) continue;
      this.#warm.set(name, nowMs);
      if (name !== "wait") this.#rests = false; // to be looked at wakes it up, too
    }
    this.#call = call;
  }

  /** Marks the lines of what was taken. */
  draw() {
    if (this.#call !== this.#marked) {
      this.#mark(this.#marked, "current", false);
      this.#mark(this.#call, "current", true);
      this.#marked = this.#call;
    }
    // Code that is everywhere within a moment cannot be followed with the eyes.
    if (this.#rests && this.#call !== this.#restedIn) {
      if (!this.element.contains(document.activeElement)) this.#scrollTo(this.#call);
      this.#restedIn = this.#call;
    }
    const nowMs = performance.now();
    for (const [name, sinceMs] of this.#warm) {
      this.#mark(name, "warm", nowMs - sinceMs < WARM_MS);
    }
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
