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
  /** The size of letters, and the least height: the style sheet says them, in CSS pixels. */
  size = 12;
  minHeight = 0;
  #canvas;
  #isDark;
  /** Parts that are drawn rarely, by their names. */
  #layers = new Map();

  constructor(canvas) {
    this.#canvas = canvas;
    this.context = canvas.getContext("2d");
    new ResizeObserver(([{ contentRect }]) => {
      this.width = contentRect.width;
      const { fontSize, minHeight } = getComputedStyle(canvas);
      this.size = Math.round(Number.parseFloat(fontSize));
      this.minHeight = Number.parseFloat(minHeight) || 0;
    }).observe(canvas);
  }

  /** Whether the colors or the resolution have changed, so that all is drawn anew. */
  refresh() {
    // Where `matches` has been read before, Chromium tells of no change of it.
    const isDark = darkScheme.matches;
    if (this.ratio === devicePixelRatio && this.#isDark === isDark) return false;
    this.ratio = devicePixelRatio;
    this.#isDark = isDark;
    this.fills = new Fills(this.ratio);
    this.#layers.clear();
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

  /**
   * Draws a part that rarely changes: `paint` draws it anew only if `key` is another than before. Only
   * what is right of `left` is seen.
   *
   * @param {{ x: number, y: number, width: number, height: number, left: number }} box in CSS pixels
   * @param {(context: CanvasRenderingContext2D) => void} paint
   */
  drawLayer(name, key, { x, y, width, height, left }, paint) {
    const { ratio } = this;
    let layer = this.#layers.get(name);
    if (layer?.key !== key) {
      const [wide, high] = [Math.ceil(width * ratio), Math.ceil(height * ratio)];
      const canvas = layer?.canvas ?? document.createElement("canvas");
      canvas.width = Math.max(1, wide);
      canvas.height = Math.max(1, high);
      this.#layers.set(name, layer = { key, canvas });
      const context = canvas.getContext("2d");
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      paint(context);
    }
    const hidden = Math.max(0, Math.round((left - x) * ratio));
    const wide = layer.canvas.width - hidden;
    if (wide <= 0) return;
    const { canvas } = layer;
    this.context.drawImage(
      ...[canvas, hidden, 0, wide, canvas.height],
      ...[x + hidden / ratio, y, wide / ratio, canvas.height / ratio],
    );
  }
}

/** A picture in SVG. */
export class SvgSurface {
  context = new SvgContext();
  fills = new SvgFills();
  ratio = 1;
  size = 12;
  minHeight = 0;
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

  drawLayer(_name, _key, { x, y, width, height, left }, paint) {
    this.context.within({ x, y, width, height, left }, () => paint(this.context));
  }
}
