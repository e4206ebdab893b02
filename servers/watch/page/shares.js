/**
 * What lanes did within a span of time, in numbers.
 *
 * @module
 */

import { ACTIVITIES, pieceAt } from "./history.js";

/** The numbers in labels and in words change this often, at times that do not depend on the drawing. */
const STEP_MS = 500;
const SECOND_MS = 1_000;

/** The second that ends with the last step before a time. */
export function lastSecond(timeMs) {
  const toMs = Math.floor(timeMs / STEP_MS) * STEP_MS;
  return { fromMs: toMs - SECOND_MS, toMs };
}

/**
 * The part of the time that each activity took.
 *
 * @param {import("./history.js").Phases | undefined} phases of a lane
 * @returns {Float64Array} by the indices of the activities; all 0 if nothing is known
 */
export function sharesOf(phases, fromMs, toMs) {
  const shares = new Float64Array(ACTIVITIES.length);
  if (phases === undefined || phases.times[0] >= toMs) return shares;
  const { times, activities } = phases;
  const knownMs = toMs - Math.max(fromMs, times[0]);
  for (let i = pieceAt(times, fromMs); i < times.length && times[i] < toMs; i++) {
    const lastsMs = Math.min(times[i + 1] ?? Infinity, toMs) - Math.max(times[i], fromMs);
    shares[activities[i]] += Math.max(0, lastsMs) / knownMs;
  }
  return shares;
}

/** The part of the time in which a lane did not wait. @param {Set<string>} waits see lane_labels.js */
export function loadOf(phases, fromMs, toMs, waits) {
  return sharesOf(phases, fromMs, toMs).reduce((sum, share, activity) => {
    return waits.has(ACTIVITIES[activity]) ? sum : sum + share;
  }, 0);
}

/** The address of a client, while the history has it; "" else. */
export function peerOf(history, client) {
  for (const { bars } of history.lanes.values()) {
    const bar = bars.findLast((one) => one.client === client);
    if (bar !== undefined) return bar.peer;
  }
  return "";
}

/**
 * The returns of a lane within a span.
 *
 * @returns {{ timeMs: number, scanned: number, ready: number }[]} in the order of time
 */
export function returnsOf({ returns }, lane, fromMs, toMs) {
  const { times, lanes, scanned, ready } = returns;
  const found = [];
  // Only those of the same lane are in the order of time: a frame has the lanes after each other.
  for (let i = pieceAt(times, fromMs - SECOND_MS); i < times.length; i++) {
    if (times[i] > toMs + SECOND_MS) break;
    if (lanes[i] !== lane || times[i] < fromMs || times[i] > toMs) continue;
    found.push({ timeMs: times[i], scanned: scanned[i], ready: ready[i] });
  }
  return found;
}
