/**
 * What the lanes are drawn on: a canvas at the resolution of the screen, or a picture of a fixed size.
 *
 * @module
 */

import { darkScheme } from "./dom.js";
import { Fills } from "./fills.js";
import { SvgContext, SvgFills } from "./svg_context.js";

/** A canvas of the page. It is as wide as the page lets it be. */
export class CanvasSurface {
  context;
  /** Changes with the color scheme and the resolution. */
  fills;
  ratio = 0;
  width = 0;
  #canvas;

  constructor(canvas) {
    this.#canvas = canvas;
    this.context = canvas.getContext("2d");
    new ResizeObserver(([{ contentRect }]) => this.width = contentRect.width).observe(canvas);
    darkScheme.addEventListener("change", () => this.ratio = 0);
  }

  /** Whether the colors or the resolution have changed, so that all is drawn anew. */
  refresh() {
    if (this.ratio === devicePixelRatio) return false;
    this.ratio = devicePixelRatio;
    this.fills = new Fills(this.ratio);
    return true;
  }

  /** Gives the picture a height, and clears it. */
  begin(height) {
    const shown = `${height}px`;
    if (this.#canvas.style.height !== shown) this.#canvas.style.height = shown;
    const { ratio, width } = this;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== wide || this.#canvas.height !== high) {
      this.#canvas.width = wide;
      this.#canvas.height = high;
    }
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.clearRect(0, 0, width, height);
  }
}

/** A picture in SVG. */
export class SvgSurface {
  context = new SvgContext();
  fills = new SvgFills();
  ratio = 1;
  width;
  /** The height, once it has been drawn. */
  height = 0;
  #isNew = true;

  constructor(width) {
    this.width = width;
  }

  refresh() {
    const isNew = this.#isNew;
    this.#isNew = false;
    return isNew;
  }

  begin(height) {
    this.height = height;
  }
}
