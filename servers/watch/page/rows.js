/**
 * The rows of the picture: which of them are visible, in which order, and where.
 *
 * @module
 */

import { ACTIVITIES, BACKLOG } from "./history.js";

/** With more rows than this, the picture is a heat map of the clients. */
export const MAX_ROWS = 64;
/** With too many rows, ended ones stay for at least this long. */
const JUST_NOW_MS = 3_000;
const ENDED = ACTIVITIES.indexOf("ended");

/** Heights, by the size of the letters. */
const OWN_STRIP = 2.6;
const USUAL = { strip: 1.5, bar: 1.5, gap: 0.5 };
/** Where many lanes have a client each, the strips say most of it. */
const DENSE = { strip: 1.1, bar: 0.6, gap: 0.3 };
/** Rows get so much higher while there are few of them. */
const MAX_STRETCH = 1.8;
/** With many rows, they get lower by so much before the picture gets higher. */
const MIN_STRETCH = 0.5;
const MIN_HEIGHT = 16;
const MAX_HEIGHT = 48;
/** The height with a heat map, the least one, and the part of it that the lanes above the map may take. */
const HEAT_HEIGHT = 26;
const MIN_HEAT_HEIGHT = 14;
const MAX_LANES_SHARE = 0.4;
/** With more lanes than this, a heat map has only the server's own lane above it. */
const MAX_WORKERS = 32;

/**
 * The rows of all lanes that have a bar between two times, from top to bottom. If there are more than
 * `max`, the rows that ended first are left out, except those that ended just now.
 *
 * @param {import("./history.js").History} history
 * @returns {{ lane: number, row: number, bars: import("./history.js").Bar[] }[]}
 */
export function visibleRows(history, fromMs, toMs, max = Infinity) {
  const rows = [];
  for (const [lane, { bars }] of history.lanes) {
    const ofLane = new Map();
    for (const bar of bars) {
      if (bar.endMs < fromMs || bar.times[0] > toMs) continue;
      if (!ofLane.has(bar.row)) ofLane.set(bar.row, []);
      ofLane.get(bar.row).push(bar);
    }
    for (const [row, bars] of ofLane) rows.push({ lane, row, bars });
  }
  const shown = rows.length > max ? lastToEnd(rows, toMs, max) : rows;
  return shown.sort((one, other) => placeOf(one) - placeOf(other) || one.row - other.row);
}

function lastToEnd(rows, toMs, max) {
  const endOf = ({ bars }) => Math.min(bars.at(-1).endMs, toMs);
  const ends = rows.map(endOf).sort((one, other) => other - one);
  const sinceMs = Math.min(ends[max - 1], toMs - JUST_NOW_MS);
  return rows.filter((row) => endOf(row) >= sinceMs);
}

/** Threads and processes come first, then the queue, and the backlog last. */
export function placeOf({ lane }) {
  return lane >= 0 ? lane : lane === BACKLOG ? Number.MAX_VALUE : Number.MAX_SAFE_INTEGER;
}

/** The lanes of which it is known what they did between two times, from top to bottom. */
export function activeLanes({ phases }, fromMs, toMs) {
  return [...phases].filter(([, { times, activities }]) => {
    const isOver = activities.at(-1) === ENDED && times.at(-1) < fromMs;
    return times[0] <= toMs && !isOver;
  }).map(([lane]) => lane).sort((one, other) => one - other);
}

/**
 * A lane in the picture. `strip` is the box of what it does, if that is known. Boxes have a `top` and a
 * `height` in CSS pixels.
 *
 * @typedef {{ lane: number, top: number, height: number, strip?: { top: number, height: number },
 *   rows: { row: number, bars: import("./history.js").Bar[], top: number, height: number }[] }} LaneBox
 */

/**
 * Places the lanes, and below each the clients on it; or below all of them a heat map of the clients, if
 * there are too many.
 *
 * @param {import("./history.js").History} history
 * @param {{ fromMs: number, toMs: number }} shown
 * @param {boolean} isCrowd whether there are more clients than rows
 * @param {number} size of the letters, in CSS pixels
 * @param {number} minHeight the least height of the picture, in CSS pixels
 * @returns {{ lanes: LaneBox[], height: number, heat?: { top: number, height: number } }}
 */
export function layOut(history, { fromMs, toMs }, isCrowd, size, minHeight = 0) {
  const rows = isCrowd ? [] : visibleRows(history, fromMs, toMs, MAX_ROWS);
  const isHeat = isCrowd || rows.length > MAX_ROWS;
  const active = activeLanes(history, fromMs, toMs);
  const lanes = groupsOf(isHeat ? [] : rows, active, isHeat ? MAX_WORKERS : MAX_ROWS);
  const most = minHeight || MAX_HEIGHT * size;
  const partsOf = ({ strip, bar, gap }) =>
    lanes.map(({ lane, hasStrip, rows }) => {
      const own = lane === 0 ? OWN_STRIP : strip;
      return { strip: hasStrip ? own : 0, bar, gap, rows: rows.length };
    });
  const usual = partsOf(USUAL);
  const parts = heightOf(usual) * size * MIN_STRETCH > most ? partsOf(DENSE) : usual;
  const natural = heightOf(parts) * size;
  if (isHeat) return layOutHeat(lanes, parts, natural, size, minHeight);
  const least = minHeight || MIN_HEIGHT * size;
  const height = Math.round(Math.max(least, Math.min(natural * MIN_STRETCH, MAX_HEIGHT * size)));
  const stretch = natural === 0 ? 1 : Math.min(MAX_STRETCH, height / natural);
  return { lanes: place(lanes, parts, size * stretch), height };
}

function layOutHeat(lanes, parts, natural, size, minHeight) {
  const height = Math.round(Math.max(minHeight || HEAT_HEIGHT * size, MIN_HEAT_HEIGHT * size));
  const stretch = natural === 0 ? 1 : Math.min(1, height * MAX_LANES_SHARE / natural);
  const placed = place(lanes, parts, size * stretch);
  const above = placed.at(-1);
  const top = above === undefined ? 0 : above.top + above.height + size;
  return { lanes: placed, height, heat: { top, height: height - top } };
}

function heightOf(parts) {
  return parts.reduce((sum, { strip, bar, gap, rows }) => sum + strip + rows * bar + gap, 0);
}

/** The lanes with their rows. */
function groupsOf(rows, active, maxActive) {
  const known = new Set(active.length > maxActive ? active.filter((lane) => lane === 0) : active);
  const numbers = new Set([...known, ...rows.map(({ lane }) => lane)]);
  return [...numbers].sort((one, other) => placeOf({ lane: one }) - placeOf({ lane: other }))
    .map((lane) => ({
      lane,
      hasStrip: known.has(lane),
      rows: rows.filter((row) => row.lane === lane),
    }));
}

function place(lanes, parts, unit) {
  let below = 0;
  return lanes.map(({ lane, hasStrip, rows }, index) => {
    const { strip, bar, gap } = parts[index];
    const top = Math.round(below);
    const stripEnd = Math.round(below + strip * unit);
    below += strip * unit;
    const boxes = rows.map((row) => {
      const rowTop = Math.round(below);
      below += bar * unit;
      return { ...row, top: rowTop, height: Math.max(1, Math.round(below) - rowTop) };
    });
    const height = Math.round(below) - top;
    below += gap * unit;
    const box = { top, height: Math.max(1, stripEnd - top) };
    return { lane, top, height, strip: hasStrip ? box : undefined, rows: boxes };
  });
}
