/**
 * The names of lanes, and of what they do.
 *
 * @module
 */

import { shownNumber } from "./dom.js";
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
  const hasLoop = ["loop", "coroutine", "sharedThread"].includes(worker);
  const waitsFor = waitsIn === "-" ? calls.wait : waitsInCalls ? calls.idle : waitsIn;
  /** Whether a lane waits for many clients at once. */
  const isLoop = (lane) => ["loops", "threads"].includes(worker) ? lane > 0 : hasLoop && lane === 0;
  return {
    secondsAt,
    texts: lanePicture,
    /** A number of clients. */
    clients: (count) => texts.clientsTotal.replace("#", shownNumber(count)),
    /** What is no work: a wait for all clients, for one of them, or for room in a queue. */
    waits: new Set([
      ...["wait", "ended", ...(waitsInCalls ? CALLS : [])],
      ...(model === "reactors" ? ["accept"] : model === "threadpool" ? ["dispatch"] : []),
    ]),
    /** A process has its id for a name, any other worker its number. */
    lane(lane) {
      if (lane === BACKLOG) return lanes.backlog;
      if (lane === QUEUE) return lanes.queue;
      if (lane === 0) return own[worker];
      const pid = pids().get(lane);
      return pid === undefined ? `${lanes[worker]} ${lane}` : `${lanes.process} ${pid}`;
    },
    isLoop,
    isOnlyLoop: hasLoop,
    /** Whether a lane of this server may do that: a server hands on where others serve. */
    isPossible(name) {
      if (name === "dispatch") return !["caller", "loop", "coroutine", "threads"].includes(worker);
      return name !== "wait" || worker !== "caller";
    },
    /** Whether it asks all sockets in rounds, and waits for none. */
    polls: waitsIn === "-",
    /** The name of what a lane does; of what the loops do if there is no lane, as in a legend. */
    activity(name, lane) {
      if (name !== "wait") return calls[name];
      return lane === undefined || isLoop(lane) ? waitsFor : calls.idle;
    },
    /** What a lane does now, as in a sentence. */
    now(name, lane) {
      if (name !== "wait") return now[name];
      const isInCall = isLoop(lane) && waitsIn !== "-" && !waitsInCalls;
      return isInCall ? now.wait.replace("#", waitsIn) : this.activity(name, lane);
    },
  };
}
