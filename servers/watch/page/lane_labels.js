/**
 * The names of lanes, and of what they do.
 *
 * @module
 */

import { BACKLOG, QUEUE } from "./history.js";

/** Calls in which a server waits that has no call to wait for all its clients at once. */
const CALLS = ["accept", "recv", "send"];

/**
 * Makes the names for a server.
 *
 * @param hello describes it, see frames.ts
 * @param pids `pids()` returns the process ids of lanes that are processes, by lane
 * @param {(timeMs: number) => number} secondsAt the time since the start, in seconds
 */
export function laneLabels({ worker, waitsIn, model }, texts, pids, secondsAt) {
  const { lanes, lanePicture } = texts;
  const { calls, now, own } = lanePicture;
  const waitsInCalls = CALLS.some((call) => waitsIn.split(", ").includes(call));
  const waitsFor = waitsIn === "-" ? calls.wait : waitsInCalls ? calls.idle : waitsIn;
  return {
    model,
    worker,
    waitsIn,
    secondsAt,
    texts: lanePicture,
    clients: texts.clientsCounted,
    /** What is no work: a wait for all clients, or for one of them. */
    waits: new Set([
      ...["wait", "ended", ...(waitsInCalls ? CALLS : [])],
      ...(model === "reactors" ? ["accept"] : []),
    ]),
    /** A process has its id for a name, any other worker its number. */
    lane(lane) {
      if (lane === BACKLOG) return lanes.backlog;
      if (lane === QUEUE) return lanes.queue;
      if (lane === 0) return own[worker];
      const pid = pids().get(lane);
      return pid === undefined ? `${lanes[worker]} ${lane}` : `${lanes.process} ${pid}`;
    },
    /** The name of what a lane does, as in a legend. */
    activity: (name) => name === "wait" ? waitsFor : calls[name],
    /** What a lane does now, as in a sentence. */
    now(name) {
      if (name !== "wait") return now[name];
      return waitsIn === "-" || waitsInCalls ? waitsFor : now.wait.replace("#", waitsFor);
    },
    /** Whether a lane waits for many clients at once. */
    loop: (lane) =>
      worker === "loops" || ["loop", "coroutine", "sharedThread"].includes(worker) && lane === 0,
  };
}
