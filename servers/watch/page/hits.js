/**
 * What is where in the picture of the lanes.
 *
 * @module
 */

import { BACKLOG, phaseAt, pieceAt, QUEUE, STATES } from "./history.js";
import { peerOf } from "./shares.js";
import { unknownSpans } from "./unknown.js";

/**
 * A client with its state, or a lane with what it does. `client` is 0 for none; `untilMs` is infinite while
 * it goes on.
 *
 * @typedef {{ lane: number, client: number, peer: string, fromMs: number, untilMs: number,
 *   state?: string, activity?: string }} Hit
 */

/**
 * What is at a height and a time.
 *
 * @param drawn what `layOut` has placed
 * @returns {Hit | undefined}
 */
export function hitAt(history, { lanes, heat }, y, timeMs) {
  const isIn = ({ top, height }) => y >= top && y < top + height;
  for (const { lane, strip, rows } of lanes) {
    if (strip !== undefined && isIn(strip)) return laneAt(history, lane, timeMs);
    const row = rows.find(isIn);
    if (row !== undefined) return clientAt(history, row.bars, timeMs);
  }
  if (heat?.slots === undefined || y < heat.rowsTop) return undefined;
  return inHeat(history, heat, Math.floor((y - heat.rowsTop) / heat.rowHeight), timeMs);
}

function laneAt(history, lane, timeMs) {
  const phase = phaseAt(history, lane, timeMs);
  if (phase === undefined || phase.activity === "ended") return undefined;
  return { ...phase, lane, peer: phase.client === 0 ? "" : peerOf(history, phase.client) };
}

/** The first client of a row of the heat map that was there. */
function inHeat(history, { slots: { bin, lanes } }, row, timeMs) {
  for (const { lane, first } of lanes) {
    const bars = history.lanes.get(lane)?.bars ?? [];
    const inRow = bars.filter((bar) => Math.floor((first + bar.row) / bin) === row);
    const found = clientAt(history, inRow, timeMs);
    if (found !== undefined) return found;
  }
  return undefined;
}

function clientAt(history, bars, timeMs) {
  const bar = bars.find(({ times, endMs }) => times[0] <= timeMs && timeMs < endMs);
  return bar && hitOf(history, bar, timeMs);
}

/**
 * A client with its state. Of one that would seem to wait it may be unknown what it does: then it has the
 * activity `untraced`.
 *
 * @param {import("./history.js").Bar} bar of it
 * @returns {Hit}
 */
export function hitOf({ samples }, { client, peer, lane, times, states, endMs }, timeMs) {
  const i = pieceAt(times, timeMs);
  const [fromMs, untilMs] = [times[i], times[i + 1] ?? endMs];
  const hit = { lane, client, peer, state: STATES[states[i]], fromMs, untilMs };
  if (hit.state !== "waiting") return hit;
  const unknown = unknownSpans(samples, fromMs, untilMs)
    .find((span) => span.fromMs <= timeMs && timeMs <= span.toMs);
  if (unknown === undefined) return hit;
  return {
    ...hit,
    activity: "untraced",
    fromMs: Math.max(fromMs, unknown.fromMs),
    untilMs: Math.min(untilMs, unknown.toMs),
  };
}

/**
 * The box of a part, in CSS pixels, or `undefined` where it is not to be seen.
 *
 * @param {string} part `lane:N`, `client:N`, `workers`, `queue` or `backlog`
 */
export function partBox({ lanes }, part, width) {
  const [kind, number] = part.split(":");
  const isOf = ({ bars }) => bars.some(({ client }) => client === Number(number));
  const wanted = { lane: Number(number), queue: QUEUE, backlog: BACKLOG }[kind];
  const boxes = kind === "client"
    ? lanes.flatMap(({ rows }) => rows.filter(isOf))
    : lanes.filter(({ lane }) => kind === "workers" ? lane > 0 : lane === wanted);
  if (boxes.length === 0) return undefined;
  const top = Math.min(...boxes.map((box) => box.top));
  const bottom = Math.max(...boxes.map((box) => box.top + box.height));
  return { left: 0, top, width, height: bottom - top };
}
