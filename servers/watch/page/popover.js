/**
 * Panels that a button opens: for settings and actions that are rarely used.
 *
 * @module
 */

import { element } from "./dom.js";

/** The space between a button and its panel, and the least one to the edge of the window, in pixels. */
const GAP = 6;

/**
 * Makes a button and the panel that it opens. Escape, or a click elsewhere, closes the panel.
 *
 * @param {(Node | string)[]} label of the button
 * @param {string} title of the panel, for screen readers
 * @param {Node[]} content of the panel
 * @returns {{ button: HTMLButtonElement, panel: HTMLElement }}
 */
export function makePopover(label, title, content) {
  const panel = element(
    "div",
    { class: "panel", popover: "auto", role: "group", "aria-label": title },
    ...content,
  );
  const button = element("button", { type: "button", class: "opens" }, ...label);
  button.popoverTargetElement = panel;
  panel.addEventListener("beforetoggle", ({ newState }) => {
    if (newState === "open") place(panel, button.getBoundingClientRect());
  });
  return { button, panel };
}

/** Places a panel below its button, or above it in the lower half of the window. */
function place({ style }, { left, right, top, bottom }) {
  const isLow = top > innerHeight / 2;
  const isRight = left > innerWidth / 2;
  style.top = isLow ? "auto" : `${bottom + GAP}px`;
  style.bottom = isLow ? `${innerHeight - top + GAP}px` : "auto";
  style.left = isRight ? "auto" : `${Math.max(GAP, left)}px`;
  style.right = isRight ? `${Math.max(GAP, innerWidth - right)}px` : "auto";
}
