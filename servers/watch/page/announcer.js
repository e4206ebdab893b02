/**
 * What is said to those who listen to the page instead of looking at it.
 *
 * @module
 */

import { element, setText } from "./dom.js";

const PAUSE_MS = 4_000;

/** The one part of the page that is read aloud when it changes. */
export const spoken = element("p", { class: "unseen", role: "status" });

let next;
let timer;

/** Says what has changed: at most once in a while, and then the last of it. */
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
