/**
 * Shows the code of the model, and marks the line that runs.
 *
 * @module
 */

import { element } from "./dom.js";
import { ACTIVITIES, indexAt, pieceAt } from "./history.js";
import { clientAt } from "./inspected.js";

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
  /** The last frame that was drawn, its time, whose code, and the call in which the code rested. */
  #last;
  #atMs;
  #followed;
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
  draw(history, shown) {
    const { samples } = history;
    const { atMs, followed } = shown;
    const last = indexAt(samples, atMs);
    const { frame } = samples[last];
    // Eyes can follow single phases only where time is slow.
    const isSlow = shown.isPaused || shown.speed < 1;
    if (frame === this.#last && followed === this.#followed && (!isSlow || atMs === this.#atMs)) {
      return;
    }
    [this.#last, this.#followed, this.#atMs] = [frame, followed, atMs];
    const lane = followed === undefined ? 0 : clientAt(history, followed, atMs)?.lane ?? 0;
    const phases = history.phases.get(lane);
    const current = callOf(frame, phases, atMs);
    if (current !== this.#current) {
      this.#mark(this.#current, "current", false);
      this.#mark(current, "current", true);
      this.#current = current;
    }
    const sinceMs = atMs - WARM_MS * Math.min(1, shown.speed);
    const ran = phases === undefined ? [] : warmBetween(phases, sinceMs, atMs);
    // Where not all is traced, what is counted says more.
    const isTraced = phases !== undefined && !ran.includes("untraced");
    const calls = isTraced ? ran : warmAt(samples, last);
    this.#warmUp(new Set(calls.flatMap((call) => this.#lines.get(call) ?? [])));
    this.#follow(isSlow ? current : restsIn(samples, last));
  }

  #warmUp(warm) {
    for (const line of this.#warm) if (!warm.has(line)) line.classList.remove("warm");
    for (const line of warm) if (!this.#warm.has(line)) line.classList.add("warm");
    this.#warm = warm;
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

/** The call that the code is in: what its lane does. No line is marked for what is not traced. */
function callOf({ settings, call }, phases, atMs) {
  const isKnown = phases !== undefined && phases.times[0] <= atMs;
  if (isKnown) return ACTIVITIES[phases.activities[pieceAt(phases.times, atMs)]];
  return settings.heldMs > 0 ? "held" : call;
}

/** What a lane did between two times: the last of it, if it was much. */
function warmBetween({ times, activities }, sinceMs, atMs) {
  const last = pieceAt(times, atMs);
  const first = Math.max(pieceAt(times, sinceMs), last - MAX_SEARCHED);
  const warm = new Set(activities.slice(first, last + 1).map((index) => ACTIVITIES[index]));
  return [...warm];
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
  return [...warm];
}

/** The call of the last frame in which nothing happened. */
function restsIn(samples, last) {
  for (let i = last; i >= Math.max(0, last - MAX_SEARCHED); i--) {
    const { frame } = samples[i];
    // Viewers wake up the loop too.
    if (Object.entries(frame.calls).every(([call, count]) => count === 0 || call === "wait")) {
      return frame.settings.heldMs > 0 ? "held" : frame.call;
    }
  }
  return undefined;
}
