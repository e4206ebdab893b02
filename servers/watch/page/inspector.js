/**
 * What the pointer does in the lanes: it asks what a bar is, follows a client, zooms and moves.
 *
 * @module
 */

import { element } from "./dom.js";

/** The lanes, and what the pointer adds to them. */
export class Inspector {
  /** Contains the canvas. */
  element;

  /**
   * @param {HTMLCanvasElement} canvas of the lanes
   * @param options `picture` is the {@linkcode LanePicture} on it, `timeline` the page's time, `texts`
   *   those of the page, and `laneName(lane)` names a lane
   */
  constructor(canvas, _options) {
    this.element = element("div", { class: "inspected" }, canvas);
  }

  /** Draws what the pointer is on. @param {import("./shown.js").Shown} shown */
  draw(_history, _shown) {}
}
