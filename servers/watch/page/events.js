/**
 * The events of a history, to which single steps lead: a lane does something else, a client changes its
 * state, or leaves its lane.
 *
 * @module
 */

import { pieceAt } from "./history.js";

/** @typedef {import("./history.js").History} History */

/**
 * The time of the next event.
 *
 * @param {History} history
 * @param {number} afterMs
 * @returns {number | undefined} `undefined` if there is none after that time
 */
export function nextEventMs(history, afterMs) {
  let next = Infinity;
  for (const times of eventTimes(history)) {
    const i = pieceAt(times, afterMs);
    next = Math.min(next, (times[i] > afterMs ? times[i] : times[i + 1]) ?? Infinity);
  }
  return Number.isFinite(next) ? next : undefined;
}

/**
 * The time of the event before.
 *
 * @param {History} history
 * @param {number} beforeMs
 * @returns {number | undefined} `undefined` if there is none before that time
 */
export function previousEventMs(history, beforeMs) {
  let last = -Infinity;
  for (const times of eventTimes(history)) {
    let i = pieceAt(times, beforeMs);
    while (times[i] >= beforeMs) i--; // several may be at one time
    last = Math.max(last, times[i] ?? -Infinity);
  }
  return Number.isFinite(last) ? last : undefined;
}

/** The times of all events, of each lane and each client in their order. */
function* eventTimes({ phases, lanes }) {
  for (const { times } of phases.values()) yield times;
  for (const { bars } of lanes.values()) {
    for (const { times, endMs } of bars) {
      yield times;
      yield [endMs];
    }
  }
}
