/**
 * The fills of the states in the picture: a color, and a pattern for people who see few colors.
 *
 * @module
 */

import { colorOf } from "./dom.js";
import { STATES } from "./history.js";

export const TILE = 8;
/** The lines of each pattern, as x and y of both ends. The legend in states.css has the same ones. */
export const PATTERNS = {
  backlog: [[0, 8, 8, 0], [-2, 2, 2, -2], [6, 10, 10, 6]],
  queued: [[0, 0, 8, 8], [6, -2, 10, 2], [-2, 6, 2, 10]],
  asleep: [[0, 2, 8, 2], [0, 6, 8, 6]],
  blocked: [[2, 0, 2, 8], [6, 0, 6, 8], [0, 4, 8, 4]],
};
const LINE_WIDTH = 1.25;
/** Narrower pieces have no pattern. */
const MIN_PATTERN_WIDTH = 5;

/** The fills of a picture, by the indices of the states. */
export class Fills {
  #colors = STATES.map((state) => colorOf(state));
  #patterns;
  #scale;

  /** @param {number} ratio of device pixels to CSS pixels */
  constructor(ratio) {
    this.#patterns = STATES.map((state, number) =>
      makePattern(PATTERNS[state], this.#colors[number], ratio)
    );
    this.#scale = 1 / ratio;
  }

  /** Moves the patterns along with the picture. @param {number} offset in CSS pixels */
  moveTo(offset) {
    const transform = new DOMMatrix([this.#scale, 0, 0, this.#scale, offset % TILE, 0]);
    for (const pattern of this.#patterns) pattern?.setTransform(transform);
  }

  /** The fill of a piece. @param {number} state its index @param {number} width in CSS pixels */
  of(state, width) {
    return width >= MIN_PATTERN_WIDTH && this.#patterns[state] || this.#colors[state];
  }
}

function makePattern(lines, color, ratio) {
  if (lines === undefined) return undefined;
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
