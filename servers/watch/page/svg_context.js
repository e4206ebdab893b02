/**
 * Draws into SVG what the pictures of the page draw into a canvas: rectangles, lines and text.
 *
 * @module
 */

/** The size of a pattern, and its lines, are those of fills.js. */
import { PATTERNS, TILE } from "./fills.js";
import { colorOf } from "./dom.js";
import { STATES } from "./history.js";

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

/** The fills of the states as SVG has them, see fills.js. */
export class SvgFills {
  #colors = STATES.map((state) => colorOf(state));
  #offset = 0;

  moveTo(offset) {
    this.#offset = offset % TILE;
  }

  of(state, width) {
    const hasPattern = width >= 5 && PATTERNS[STATES[state]] !== undefined;
    return hasPattern ? `url(#${STATES[state]})` : this.#colors[state];
  }

  /** The definitions of the patterns, which the fills refer to. */
  get definitions() {
    const background = escaped(colorOf("background"));
    const patterns = Object.entries(PATTERNS).map(([state, lines]) =>
      `<pattern id="${state}" width="${TILE}" height="${TILE}" patternUnits="userSpaceOnUse" ` +
      `patternTransform="translate(${short(this.#offset)} 0)">` +
      `<rect width="${TILE}" height="${TILE}" fill="${escaped(colorOf(state))}"/>` +
      `<path d="${lines.map(([x, y, toX, toY]) => `M${x} ${y}L${toX} ${toY}`).join("")}" ` +
      `stroke="${background}" stroke-width="1.25"/></pattern>`
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
