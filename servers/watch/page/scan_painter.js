/**
 * Draws the cells of a scan.
 *
 * @module
 */

import { colorOf } from "./dom.js";
import { placeCells } from "./scan_layout.js";

/** The height of the picture, by the size of the letters. */
const HEIGHT = 7.5;

/**
 * Draws the cells of all loops below each other.
 *
 * @param surface see canvas_surface.js; its `each` becomes how many sockets a cell stands for
 * @param {import("./scan_cells.js").Loop[]} loops
 * @param {{ kind: string, progress: number, isSlow: boolean, texts: object, labels: object }} look `progress`
 *   is the part of the cells that a sweep has reached; `isSlow` shows where the server is
 */
export function paintLoops(surface, loops, look) {
  const { size, width } = surface;
  const height = Math.round(HEIGHT * size);
  surface.begin(height);
  const { context } = surface;
  context.font = `${size}px system-ui, sans-serif`;
  context.textBaseline = "middle";
  surface.fills.moveTo(0);
  const names = loops.length > 1 ? loops.map(({ lane }) => look.labels.lane(lane)) : [];
  const widest = Math.max(0, ...names.map((name) => context.measureText(name).width));
  const left = names.length > 0 ? Math.ceil(widest + size) : 0;
  const high = Math.floor(height / Math.max(1, loops.length));
  surface.each = 1;
  loops.forEach((loop, index) => {
    const box = { left, top: index * high, width: width - left, height: high };
    if (names.length > 0) {
      context.fillStyle = colorOf("text");
      context.textAlign = "left";
      context.fillText(names[index], 4, box.top + Math.round(high / 2));
    }
    const grid = placeCells(loop.cells.length, box, size);
    surface.each = Math.max(surface.each, grid.each);
    paintCells(surface, loop, grid, look);
  });
}

/** What a cell shows: the strongest of what holds for the sockets that it stands for. */
function lookOf({ ready, fresh, last }, from, until, reached, isSwept) {
  if (last === undefined) return "idle";
  let seen = "idle";
  for (let place = from; place < until && place < reached; place++) {
    if (ready.has(place)) return "ready";
    if (isSwept && !fresh.has(place)) seen = "vain";
  }
  return seen;
}

/** Draws cells beside each other that look the same at once, and then the gaps between them. */
function paintCells(surface, loop, grid, { kind, progress, isSlow, texts }) {
  const { context } = surface;
  const { pitch, wide, columns, each, left, top, count, isLabelled } = grid;
  const all = loop.cells.length;
  const isSwept = ["sweep", "round"].includes(kind);
  const reached = isSwept ? progress * all : all;
  const looks = Array.from({ length: count }, (_, cell) => {
    const from = cell * each;
    return lookOf(loop, from, Math.min(from + each, all), reached, isSwept);
  });
  const gap = pitch >= 6 ? 2 : 1;
  const placed = (cell) => {
    const x = left + (cell % columns) * wide;
    return { x, y: top + Math.floor(cell / columns) * pitch, w: wide - gap, h: pitch - gap };
  };
  const colors = { line: colorOf("muted"), background: colorOf("background") };
  for (let from = 0, until; from < count; from = until) {
    until = from + 1;
    while (until % columns !== 0 && until < count && looks[until] === looks[from]) until++;
    paintRun(surface, looks[from], placed(from), { count: until - from, wide, gap }, colors);
  }
  if (isSlow && loop.busy !== undefined) frame(context, placed(Math.floor(loop.busy / each)));
  for (let cell = 0; isLabelled && cell < count; cell++) {
    label(surface, loop.cells[cell], placed(cell), texts);
  }
}

function paintRun({ context, fills }, look, { x, y, h }, { count, wide, gap }, colors) {
  const isOutlined = look === "idle" && h > 3;
  context.fillStyle = look === "idle" ? colors.line : fills.of(look, wide);
  context.fillRect(x, y, count * wide - gap, h);
  context.fillStyle = colors.background;
  for (let i = 0; i < count; i++) {
    const left = x + i * wide;
    if (isOutlined) context.fillRect(left + 1, y + 1, wide - gap - 2, h - 2);
    if (i > 0) context.fillRect(left - gap, y, gap, h);
  }
}

/** The socket that the server is at. */
function frame(context, { x, y, w: width, h: height }) {
  context.fillStyle = colorOf("text");
  const thick = Math.min(3, Math.max(1, Math.floor(width / 4)));
  context.fillRect(x, y, width, thick);
  context.fillRect(x, y + height - thick, width, thick);
  context.fillRect(x, y, thick, height);
  context.fillRect(x + width - thick, y, thick, height);
}

/** The name of a socket, on a plate, so that the pattern does not run through it. */
function label({ context, size }, { kind, peer }, { x, y, w, h }, texts) {
  const name = kind === "client" ? peer.slice(peer.lastIndexOf(":")) : texts[kind];
  const wide = Math.ceil(context.measureText(name).width);
  if (wide + 8 > w) return;
  const middle = y + Math.round(h / 2);
  context.fillStyle = colorOf("background");
  context.fillRect(
    x + Math.round((w - wide) / 2) - 3,
    middle - Math.ceil(size * 0.7),
    wide + 6,
    Math.ceil(size * 1.4),
  );
  context.fillStyle = colorOf("text");
  context.textAlign = "center";
  context.fillText(name, x + Math.round(w / 2), middle);
}
