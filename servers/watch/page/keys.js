/**
 * The keys of the page, and the dialog that lists them.
 *
 * @module
 */

import { element } from "./dom.js";

const ZOOM = 1.5;
/** By how much of what is shown the window moves. */
const PAN_SHARE = 0.25;
/** Elements in which people type or choose, so that no key of the page is for them. */
const FIELDS = "textarea, select, [contenteditable], dialog *, " +
  "input:not([type=checkbox], [type=radio], [type=range], [type=button])";
/** Elements that some keys have a meaning for. On the slider, the arrows seek as elsewhere. */
const TAKES = {
  " ": "input:not([type=range]), button, summary, a, [role=button]",
  ArrowLeft: "input[type=radio]",
  ArrowRight: "input[type=radio]",
  Home: "pre, .log",
  End: "pre, .log",
};

/** What each key does to the timeline. Those of one line of the list stand together. */
const GROUPS = {
  space: { " ": (timeline) => timeline.toggle() },
  step: { ",": (timeline) => timeline.step(-1), ".": (timeline) => timeline.step(1) },
  arrows: {
    ArrowLeft: (timeline) => timeline.seekBy(-1),
    ArrowRight: (timeline) => timeline.seekBy(1),
  },
  shift: {
    "Shift+ArrowLeft": (timeline) => timeline.pan(-PAN_SHARE * spanOf(timeline)),
    "Shift+ArrowRight": (timeline) => timeline.pan(PAN_SHARE * spanOf(timeline)),
  },
  ends: { Home: (timeline) => timeline.toStart(), End: (timeline) => timeline.toPresent() },
  speed: {
    "[": (timeline) => timeline.changeSpeed(-1),
    "]": (timeline) => timeline.changeSpeed(1),
  },
  zoom: {
    "+": (timeline) => zoom(timeline, 1 / ZOOM),
    "-": (timeline) => zoom(timeline, ZOOM),
  },
  reset: { "0": (timeline) => zoom(timeline) },
  follow: { n: (timeline) => timeline.followNext() },
  present: { f: (_, presentation) => presentation?.toggle() },
  drawer: { c: (_, presentation) => presentation?.toggleDrawer() },
  escape: {
    Escape: (timeline, presentation) =>
      presentation?.isOn ? presentation.end() : timeline.follow(undefined),
  },
};
/** On some keyboards plus is a shifted equals sign. */
const SAME = { "=": "+", "_": "-", F: "f", C: "c", N: "n" };
const SHOWN = { " ": "␣", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" };
const ACTIONS = Object.assign({}, ...Object.values(GROUPS));

/** Lets keys move the time, wherever the focus is, except where they are typed. */
export class Keys {
  /** The list of the keys, in a dialog. */
  element;
  #timeline;
  #presentation;

  /** @param {object} texts of the page @param timeline the page's time @param [presentation] its mode */
  constructor({ keys: texts }, timeline, presentation) {
    this.#timeline = timeline;
    this.#presentation = presentation;
    this.element = dialog(texts);
    const open = element(
      "button",
      { type: "button", class: "help", title: texts.open, onclick: () => this.#open() },
      "?",
    );
    open.setAttribute("aria-label", texts.open);
    timeline.element.append(open);
    addEventListener("keydown", (event) => this.#onKey(event));
  }

  #open() {
    this.element.showModal();
  }

  #onKey(event) {
    const { key, target, ctrlKey, altKey, metaKey, shiftKey } = event;
    if (ctrlKey || altKey || metaKey || event.defaultPrevented) return;
    if (target.matches?.(FIELDS) || target.matches?.(TAKES[key] ?? "no-element")) return;
    if (key === "Escape" && document.querySelector(":popover-open") !== null) return;
    if (key === "?") this.#open();
    else {
      const name = shiftKey && key.startsWith("Arrow") ? `Shift+${key}` : SAME[key] ?? key;
      if (!Object.hasOwn(ACTIONS, name)) return;
      ACTIONS[name](this.#timeline, this.#presentation);
    }
    event.preventDefault();
  }
}

function spanOf({ shown: { fromMs, toMs } }) {
  return toMs - fromMs;
}

/** Zooms at the cursor, or back, and says it: who uses keys may not see it. */
function zoom(timeline, factor) {
  if (factor === undefined) timeline.resetZoom();
  else timeline.zoom(factor);
  timeline.announceSpan();
}

function dialog(texts) {
  const title = element("h2", { id: "keys-title" }, texts.title);
  const close = element("button", { type: "submit", autofocus: true }, texts.close);
  const list = element("dl", {});
  for (const [name, keys] of [...Object.entries(GROUPS), ["help", { "?": undefined }]]) {
    list.append(element("dt", {}, ...Object.keys(keys).flatMap(shownKey)));
    list.append(element("dd", {}, texts[name]));
  }
  const withPointer = ["hover", "click", "wheel", "drag"].map((name) =>
    element("li", {}, texts[name])
  );
  return element(
    "dialog",
    { class: "keys", "aria-labelledby": "keys-title" },
    element("header", {}, title, element("form", { method: "dialog" }, close)),
    list,
    element("h3", {}, texts.pointer),
    element("ul", {}, ...withPointer),
  );
}

function shownKey(name) {
  const parts = name.split(/\+(?=.)/);
  return [...parts.map((part) => element("kbd", {}, SHOWN[part] ?? part)), " "];
}
