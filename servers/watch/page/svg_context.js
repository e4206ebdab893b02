/**
 * Draws into SVG what the pictures of the page draw into a canvas: rectangles, lines and text.
 *
 * @module
 */

import { colorOf } from "./dom.js";
/** The size of a pattern, and its lines, are those of the canvas. */
import { fillColor, LINE_WIDTH, MIN_PATTERN_WIDTH, PATTERNS, TILE } from "./fills.js";

/** The fonts of every system, for texts of any language. */
export const FONT_FAMILY =
  "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans CJK SC', " +
  "'PingFang SC', 'Microsoft YaHei', sans-serif";

const ANCHORS = { left: "start", center: "middle", right: "end" };
const measuring = document.createElement("canvas").getContext("2d");

/** The part of CanvasRenderingContext2D that the pictures use. */
export class SvgContext {
  fillStyle = "";
  strokeStyle = "";
  lineWidth = 1;
  textAlign = "left";
  textBaseline = "middle";
  #parts = [];
  #path = [];
  #font = "";

  get font() {
    return this.#font;
  }

  set font(font) {
    this.#font = font;
    measuring.font = font;
  }

  /** What was drawn. */
  get markup() {
    return this.#parts.join("");
  }

  measureText(text) {
    return measuring.measureText(text);
  }

  /** Draws something at another place, and of it only what is right of `left`. */
  within({ x, y, width, height, left }, draw) {
    const parts = this.#parts;
    this.#parts = [];
    draw();
    const view = `x="${short(left)}" y="${short(y)}" width="${short(x + width - left)}" ` +
      `height="${short(height)}" viewBox="${short(left - x)} 0 ${short(x + width - left)} ${
        short(height)
      }"`;
    parts.push(`<svg ${view}>${this.markup}</svg>`);
    this.#parts = parts;
  }

  setTransform() {}

  clearRect() {}

  fillRect(x, y, width, height) {
    const fill = escaped(this.fillStyle);
    this.#parts.push(
      `<rect x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" ` +
        `fill="${fill}"/>`,
    );
  }

  beginPath() {
    this.#path = [];
  }

  moveTo(x, y) {
    this.#path.push(`M${short(x)} ${short(y)}`);
  }

  lineTo(x, y) {
    this.#path.push(`L${short(x)} ${short(y)}`);
  }

  stroke() {
    if (this.#path.length === 0) return;
    this.#parts.push(
      `<path d="${this.#path.join("")}" fill="none" stroke="${escaped(this.strokeStyle)}" ` +
        `stroke-width="${this.lineWidth}"/>`,
    );
  }

  /** @param {number} [most] how wide the text may be, in pixels */
  fillText(text, x, y, most = Infinity) {
    const { width } = this.measureText(text);
    const squeezed = width > most
      ? ` textLength="${short(most)}" lengthAdjust="spacingAndGlyphs"`
      : "";
    const size = /(\d+)px/.exec(this.#font)?.[1] ?? "12";
    const weight = this.#font.includes("600") ? ' font-weight="600"' : "";
    // The middle of a line of text is a third of its size above its baseline.
    this.#parts.push(
      `<text x="${short(x)}" y="${short(y + size * 0.35)}" font-size="${size}"${weight} ` +
        `text-anchor="${ANCHORS[this.textAlign]}" fill="${escaped(this.fillStyle)}"${squeezed}>` +
        `${escaped(text)}</text>`,
    );
  }
}

/** The fills as SVG has them, see fills.js. */
export class SvgFills {
  #offset = 0;

  moveTo(offset) {
    this.#offset = offset % TILE;
  }

  of(name, width) {
    const hasPattern = width >= MIN_PATTERN_WIDTH && PATTERNS[name] !== undefined;
    return hasPattern ? `url(#${name})` : this.color(name);
  }

  color(name) {
    return fillColor(name);
  }

  /** The definitions of the patterns, which the fills refer to. */
  get definitions() {
    const background = escaped(colorOf("background"));
    const patterns = Object.entries(PATTERNS).map(([name, lines]) =>
      `<pattern id="${name}" width="${TILE}" height="${TILE}" patternUnits="userSpaceOnUse" ` +
      `patternTransform="translate(${short(this.#offset)} 0)">` +
      `<rect width="${TILE}" height="${TILE}" fill="${escaped(fillColor(name))}"/>` +
      `<path d="${lines.map(([x, y, toX, toY]) => `M${x} ${y}L${toX} ${toY}`).join("")}" ` +
      `stroke="${background}" stroke-width="${LINE_WIDTH}"/></pattern>`
    );
    return `<defs>${patterns.join("")}</defs>`;
  }
}

/** A number without digits that nobody sees. */
function short(value) {
  return String(Math.round(value * 100) / 100);
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** A text for markup. Characters that XML does not allow become U+FFFD. */
export function escaped(text) {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character])
    // deno-lint-ignore no-control-regex -- clients may send any byte
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\ufffd");
}
