/**
 * A frame around a part of a server's picture, with a sign that points at it.
 *
 * @module
 */

import { element } from "./dom.js";

/** The space between the part and its frame, in pixels. */
const MARGIN = 4;

/** The frame. */
export class Pointer {
  element;
  #placed = "";

  constructor({ pointed }) {
    this.element = element(
      "div",
      { class: "pointer", hidden: true },
      element("span", { class: "sign" }, pointed),
    );
  }

  /**
   * Places the frame.
   *
   * @param {DOMRect | undefined} box of the part, in the window; without one there is no frame
   * @param {Element} within the element that the frame is placed in
   */
  draw(box, within) {
    const frame = this.element;
    if (frame.hidden !== (box === undefined)) frame.hidden = box === undefined;
    if (box === undefined) return;
    const origin = within.getBoundingClientRect();
    const style = {
      left: `${Math.round(box.left - origin.left) - MARGIN}px`,
      top: `${Math.round(box.top - origin.top) - MARGIN}px`,
      width: `${Math.round(box.width) + 2 * MARGIN}px`,
      height: `${Math.round(box.height) + 2 * MARGIN}px`,
    };
    const placed = Object.values(style).join();
    if (placed !== this.#placed) Object.assign(frame.style, style);
    this.#placed = placed;
  }
}
