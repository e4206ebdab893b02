/**
 * Announces changes to people who use a screen reader.
 *
 * @module
 */

import { element, setText } from "./dom.js";

const PAUSE_MS = 4_000;

/** The live region of the page: a screen reader reads it aloud when its text changes. */
export const spoken = element("p", { class: "unseen", role: "status" });

let next;
let timer;

/** Announces a text: at most one in {@linkcode PAUSE_MS}, and of several the last one. */
export function announce(text) {
  next = text;
  if (timer === undefined) sayNext();
}

function sayNext() {
  timer = undefined;
  if (next === undefined) return;
  setText(spoken, next);
  next = undefined;
  timer = setTimeout(sayNext, PAUSE_MS);
}
