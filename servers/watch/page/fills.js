/**
 * The fills of what is drawn: states of clients, and what lanes do. Each has a color, and a pattern for
 * people who see few colors.
 *
 * @module
 */

import { colorOf } from "./dom.js";
import { ACTIVITIES, STATES } from "./history.js";

/** What has a fill. */
const FILLED = [...new Set([...STATES, ...ACTIVITIES, "vain", "ready", "idle", "unknown"])];
/** The same thing has the same color, whether a client or a lane does it. */
const SAME = {
  wait: "waiting",
  handle: "served",
  sleep: "asleep",
  untraced: "muted",
  ended: "closed",
  unknown: "edge",
  vain: "waiting",
  idle: "muted",
  ready: "accent",
};
export const TILE = 8;
/** The lines of each pattern, as x and y of both ends. */
export const PATTERNS = {
  backlog: [[0, 8, 8, 0], [-2, 2, 2, -2], [6, 10, 10, 6]],
  queued: [[0, 0, 8, 8], [6, -2, 10, 2], [-2, 6, 2, 10]],
  asleep: [[0, 2, 8, 2], [0, 6, 8, 6]],
  blocked: [[2, 0, 2, 8], [6, 0, 6, 8], [0, 4, 8, 4]],
  accept: [[2, 0, 2, 8], [6, 0, 6, 8]],
  recv: [[0, 2, 3, 2], [4, 6, 7, 6]],
  send: [[0, 6, 4, 2], [4, 2, 8, 6]],
  sleep: [[0, 2, 8, 2], [0, 6, 8, 6]],
  dispatch: [[0, 4, 8, 4], [4, 0, 4, 8]],
  untraced: [[0, 0, 8, 8], [0, 8, 8, 0]],
  held: [[0, 0, 8, 8], [6, -2, 10, 2], [-2, 6, 2, 10]],
  unknown: [[0, 0, 8, 8], [0, 8, 8, 0]],
  vain: [[0, 8, 8, 0], [-2, 2, 2, -2], [6, 10, 10, 6]],
};
export const LINE_WIDTH = 1.25;
/** Narrower pieces have no pattern. */
export const MIN_PATTERN_WIDTH = 5;

/** The color of what has a fill. */
export function fillColor(name) {
  return colorOf(SAME[name] ?? name);
}

/** The fills of a picture, by the names of {@linkcode FILLED}. */
export class Fills {
  #colors = new Map(FILLED.map((name) => [name, fillColor(name)]));
  #patterns;
  #scale;

  /** @param {number} ratio of device pixels to CSS pixels */
  constructor(ratio) {
    this.#patterns = new Map(
      Object.entries(PATTERNS).map(([name, lines]) => {
        return [name, makePattern(lines, this.#colors.get(name), ratio)];
      }),
    );
    this.#scale = 1 / ratio;
  }

  /** Moves the patterns along with the picture. @param {number} offset in CSS pixels */
  moveTo(offset) {
    const transform = new DOMMatrix([this.#scale, 0, 0, this.#scale, offset % TILE, 0]);
    for (const pattern of this.#patterns.values()) pattern.setTransform(transform);
  }

  /** The fill of a piece. @param {string} name of it @param {number} width in CSS pixels */
  of(name, width) {
    return width >= MIN_PATTERN_WIDTH && this.#patterns.get(name) || this.color(name);
  }

  /** The color alone. */
  color(name) {
    return this.#colors.get(name);
  }
}

/** Clients that wait are thin lines; lanes that wait are hollow, and thicker below where they call. */
const LINES = { waiting: [[6, 4]], wait: [[0, 2], [14, 2]] };
const HOLLOW = [[0, 2], [11, 5]];

/** The lines of a sample in a legend, each from the top of 16 pixels, and with a height. */
export function sampleLines(name, isHollow) {
  return LINES[name] ?? (isHollow ? HOLLOW : [[0, 16]]);
}

/** A sample of a fill for a legend. It follows the color scheme. */
export function swatch(name, isHollow = false) {
  const made = (kind, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", kind);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  };
  const picture = made("svg", { class: "swatch", viewBox: "0 0 16 16", "aria-hidden": "true" });
  const color = `var(--${SAME[name] ?? name})`;
  if (name === "idle") {
    const outline = { fill: "none", stroke: color, "stroke-width": 2 };
    picture.append(made("rect", { x: 1, y: 1, width: 14, height: 14, ...outline }));
    return picture;
  }
  for (const [y, height] of sampleLines(name, isHollow)) {
    picture.append(made("rect", { y, width: 16, height, fill: color }));
  }
  if (PATTERNS[name] === undefined || isHollow) return picture;
  const tiles = [[0, 0], [8, 0], [0, 8], [8, 8]];
  const d = tiles.flatMap(([right, down]) =>
    PATTERNS[name].map(([x, y, toX, toY]) =>
      `M${x + right} ${y + down}L${toX + right} ${toY + down}`
    )
  );
  const stroke = { stroke: "var(--background)", "stroke-width": LINE_WIDTH };
  picture.append(made("path", { d: d.join(""), ...stroke }));
  return picture;
}

function makePattern(lines, color, ratio) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = Math.round(TILE * ratio);
  const context = tile.getContext("2d");
  context.scale(tile.width / TILE, tile.width / TILE);
  context.fillStyle = color;
  context.fillRect(0, 0, TILE, TILE);
  context.strokeStyle = colorOf("background");
  context.lineWidth = LINE_WIDTH;
  for (const [fromX, fromY, toX, toY] of lines) {
    context.moveTo(fromX, fromY);
    context.lineTo(toX, toY);
  }
  context.stroke();
  return context.createPattern(tile, "repeat");
}
