/**
 * What the characters of a row stand for: each is a piece of time.
 *
 * @module
 */

import { ACTIVITIES, type Activity, type State, STATES } from "../../servers/watch/frames.ts";
import type { Bar, Phases } from "../../servers/watch/page/history.js";

/** Of several states in one character, the first of this list is drawn. */
export const HEAVIEST: readonly State[] = [
  ...["served", "blocked", "asleep", "waiting", "queued", "backlog"] as const,
];

/** The time that a row shows. */
export interface Shown {
  /** At its left end. */
  readonly fromMs: number;
  /** At its right end. */
  readonly toMs: number;
  /** How many characters it has. */
  readonly count: number;
}

/**
 * The states that the characters of a row show.
 *
 * @param bars of the row
 * @returns for each character its state; `undefined` where there is no bar
 */
export function cellsOf(bars: readonly Bar[], shown: Shown): (State | undefined)[] {
  const cells: (State | undefined)[] = Array.from({ length: shown.count });
  for (const { times, states, endMs } of bars) {
    times.forEach((timeMs, index) => {
      const state = STATES[states[index]];
      for (const { cell } of cellsBetween(timeMs, times[index + 1] ?? endMs, shown)) {
        if (weightOf(state) > weightOf(cells[cell])) cells[cell] = state;
      }
    });
  }
  return cells;
}

function weightOf(state: State | undefined): number {
  return state === undefined ? -1 : HEAVIEST.length - HEAVIEST.indexOf(state);
}

/** The least that something counts: what takes no time that is known has happened, too. */
const MOMENT_MS = 1e-6;
/** How much less it counts that a lane does something for no client. */
const IDLE_WEIGHT = 1e-12;

/**
 * What the characters of a lane's row show: of what it did in that time the thing that took longest, and
 * that it waited only where it did nothing else.
 *
 * @param phases of the lane
 * @returns for each character what the lane did; `undefined` where that is before its beginning
 */
export function activitiesOf(phases: Phases, shown: Shown): (Activity | undefined)[] {
  const { times, activities, clients } = phases;
  const sums = new Float64Array(shown.count * ACTIVITIES.length);
  times.forEach((timeMs, index) => {
    // A cell of which most is not known says so.
    const isIdle = clients[index] === 0 && ACTIVITIES[activities[index]] !== "untraced";
    const untilMs = times[index + 1] ?? shown.toMs;
    for (const { cell, ms } of cellsBetween(timeMs, untilMs, shown)) {
      const weighted = Math.max(ms, MOMENT_MS) * (isIdle ? IDLE_WEIGHT : 1);
      sums[cell * ACTIVITIES.length + activities[index]] += weighted;
    }
  });
  return Array.from({ length: shown.count }, (_, cell) => {
    const ofCell = sums.subarray(cell * ACTIVITIES.length, (cell + 1) * ACTIVITIES.length);
    const most = Math.max(...ofCell);
    return most > 0 ? ACTIVITIES[ofCell.indexOf(most)] : undefined;
  });
}

/** The characters that a time has a part in, and how much of it each of them shows. */
function* cellsBetween(
  beginMs: number,
  endMs: number,
  { fromMs, toMs, count }: Shown,
): Generator<{ cell: number; ms: number }> {
  const cellMs = (toMs - fromMs) / count;
  const untilMs = Math.min(endMs, toMs);
  const first = Math.max(0, Math.floor((beginMs - fromMs) / cellMs));
  const last = Math.min(count - 1, Math.floor((untilMs - fromMs) / cellMs));
  for (let cell = first; cell <= last; cell++) {
    const cellFromMs = fromMs + cell * cellMs;
    const ms = Math.min(untilMs, cellFromMs + cellMs) - Math.max(beginMs, cellFromMs);
    if (ms > 0 || beginMs === endMs) yield { cell, ms };
  }
}
