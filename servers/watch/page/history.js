/**
 * The history of a run, built from its frames: clients as bars on lanes, and samples over time.
 *
 * @module
 */

import { addRow, coarsen, forgetRows, lastUntil } from "./columns.js";
import { LaneRows } from "./lane_rows.js";

/** The states of a client by their indices, as in frames.ts. */
export const STATES = ["backlog", "queued", "waiting", "served", "asleep", "blocked", "closed"];
/** Lanes that are not threads or processes. */
export const BACKLOG = -1;
export const QUEUE = -2;
export const CLOSED = STATES.indexOf("closed");
const WAITING = STATES.indexOf("waiting");
const SERVED = STATES.indexOf("served");
/** What a lane does, by its index, as in frames.ts. */
export const ACTIVITIES = [
  ...["wait", "accept", "recv", "handle", "sleep", "send", "dispatch", "untraced", "ended", "held"],
];
const UNTRACED = ACTIVITIES.indexOf("untraced");
const ENDED = ACTIVITIES.indexOf("ended");
/** The weights of the states. Of several states in one slice of time, the heaviest is drawn. */
export const WEIGHT = STATES.map((state) => ["served", "blocked", "asleep"].indexOf(state) + 1);

const NO_MESSAGES = { all: 0, traced: 0 };

/** A bar with more pieces than this gets coarser. */
const MAX_PIECES = 2_000;
/** How many lines of the log are shown at a time. */
const MAX_LINES = 200;

/** @typedef {import("./lane_rows.js").Bar} Bar */

/** @typedef {{ times: number[], activities: number[], clients: number[] }} Phases */

/**
 * At `times[i]` a call on `lanes[i]` that waits for many sockets returned: it had looked at `scanned[i]`
 * and found `ready[i]`.
 *
 * @typedef {{ times: number[], lanes: number[], scanned: number[], ready: number[] }} Returns
 */

/** The history of one server. */
export class History {
  /** @type {Map<number, LaneRows>} */
  lanes = new Map();
  /**
   * A sample for each frame: the number of clients in each state, and the frame itself. The number of
   * clients being served is an estimate for frames that are {@linkcode isSampled}.
   */
  samples = [];
  /** The lines of the log, each with the time of its frame. */
  lines = [];
  /** The number of clients in each state. */
  counts = STATES.map(() => 0);
  /** The process ids of lanes that are processes. */
  pids = new Map();
  /**
   * What each lane did: from `times[i]` on `activities[i]`, for `clients[i]`.
   *
   * @type {Map<number, Phases>}
   */
  phases = new Map();
  /** The returns of the calls that wait, see {@linkcode Returns}. */
  returns = { times: [], lanes: [], scanned: [], ready: [] };
  #peers = new Map();
  /** @type {Map<number, Bar>} */
  #current = new Map();
  #keepMs;
  /** Everything newer than this is kept, however old it gets. */
  heldFromMs = Infinity;

  /** @param {number} keepMs the time span to keep, in milliseconds */
  constructor(keepMs = Infinity) {
    this.#keepMs = keepMs;
  }

  /** The time of the last frame. */
  get nowMs() {
    return this.samples.at(-1)?.frame.timeMs ?? 0;
  }

  /** The time of the first frame that is kept. */
  get startMs() {
    return this.samples[0]?.frame.timeMs ?? 0;
  }

  /** The bars of the present clients. */
  get clients() {
    return this.#current.values();
  }

  /** Returns a new history that begins with the present of this one. */
  goOn() {
    const next = new History(this.#keepMs);
    const frame = this.samples.at(-1)?.frame;
    if (frame === undefined) return next;
    const clients = [...this.clients];
    const peers = clients.map(({ client, peer }) => [client, peer]);
    const changes = clients.map(({ client, states, lane }) => {
      return [frame.timeMs, client, states.at(-1), lane];
    });
    const pids = [...this.pids];
    const phases = [...this.phases].map(([lane, { activities, clients }]) => {
      return [frame.timeMs, lane, activities.at(-1), clients.at(-1)];
    });
    next.apply({ ...frame, peers, changes, pids, phases, returns: [], log: [] });
    next.lines = this.lines.slice(-MAX_LINES);
    return next;
  }

  /** Adds a frame. */
  apply(frame) {
    if (frame.isWhole) this.#beginAnew(frame);
    for (const [client, peer] of frame.peers) this.#peers.set(client, peer);
    for (const [lane, pid] of frame.pids ?? []) this.pids.set(lane, pid);
    const served = new Set();
    for (const [timeMs, client, state, lane] of frame.changes) {
      this.#change(client, state, lane, timeMs);
      if (state === SERVED) served.add(client);
    }
    for (const phase of frame.phases ?? []) this.#addPhase(phase);
    for (const one of frame.returns ?? []) addRow(this.returns, RETURN_COLUMNS, one);
    this.samples.push({ counts: this.#countsWith(served, frame), frame });
    for (const line of frame.log ?? []) {
      this.lines.push({ timeMs: line.timeMs ?? frame.timeMs, line: line.text ?? line });
    }
    this.#forget(Math.min(frame.timeMs, this.heldFromMs) - this.#keepMs);
  }

  #addPhase([timeMs, lane, activity, client]) {
    let phases = this.phases.get(lane);
    if (phases === undefined) {
      this.phases.set(lane, phases = { times: [], activities: [], clients: [] });
    }
    addRow(phases, PHASE_COLUMNS, [timeMs, activity, client]);
  }

  /**
   * Counts a client that was served during the frame as being served, though that mostly takes less
   * time. The clients of untraced messages are unknown. This assumes the same ratio of clients to
   * messages as among the traced ones.
   */
  #countsWith(served, { messages: { all, traced } = NO_MESSAGES }) {
    const counts = [...this.counts];
    let moved = traced > 0 ? Math.round((all - traced) * served.size / traced) : all;
    for (const client of served) {
      if (this.#current.get(client)?.states.at(-1) === WAITING) moved++;
    }
    moved = Math.min(moved, counts[WAITING]);
    counts[WAITING] -= moved;
    counts[SERVED] += moved;
    return counts;
  }

  /**
   * Applies a whole frame. What happened since the previous frame is unknown, so a bar ends there unless
   * its client has been in the same state ever since.
   */
  #beginAnew({ timeMs, changes, phases = [] }) {
    const knownMs = this.nowMs;
    this.#doubtLanes(phases, knownMs, timeMs);
    const now = firstOfEach(changes);
    for (const [client, bar] of [...this.#current]) {
      const [sinceMs, , state, lane] = now.get(client) ?? [];
      const isSame = sinceMs <= knownMs && state === bar.states.at(-1) && lane === bar.lane;
      if (!isSame) this.#change(client, CLOSED, 0, knownMs);
    }
  }

  /** The same for what lanes do. A lane that is not listed has ended since then. */
  #doubtLanes(phases, knownMs, timeMs) {
    const going = firstOfEach(phases);
    for (const [lane, { times, activities }] of this.phases) {
      if (activities.at(-1) === ENDED) continue;
      const [sinceMs] = going.get(lane) ?? [Infinity];
      if (sinceMs <= knownMs) continue;
      this.#addPhase([Math.max(knownMs, times.at(-1)), lane, UNTRACED, 0]);
      if (!going.has(lane)) this.#addPhase([timeMs, lane, ENDED, 0]);
    }
  }

  #change(client, state, lane, timeMs) {
    const before = this.#current.get(client);
    if (before !== undefined) {
      this.counts[before.states.at(-1)]--;
      if (state === CLOSED || before.lane !== lane) this.#end(before, timeMs);
    }
    if (state === CLOSED) return void this.#peers.delete(client);
    this.counts[state]++;
    const bar = before?.lane === lane ? before : this.#begin(client, lane);
    bar.times.push(timeMs);
    bar.states.push(state);
    if (bar.times.length > MAX_PIECES) coarsen(bar, WEIGHT, MAX_PIECES / 2);
  }

  #begin(client, number) {
    let lane = this.lanes.get(number);
    if (lane === undefined) this.lanes.set(number, lane = new LaneRows());
    const peer = this.#peers.get(client) ?? "";
    const row = lane.allocateRow();
    const bar = { client, peer, lane: number, row, times: [], states: [], endMs: Infinity };
    lane.bars.push(bar);
    this.#current.set(client, bar);
    return bar;
  }

  #end(bar, timeMs) {
    bar.endMs = timeMs;
    this.lanes.get(bar.lane).freeRow(bar.row);
    this.#current.delete(bar.client);
  }

  #forget(beforeMs) {
    let old = 0;
    while (old < this.samples.length && this.samples[old].frame.timeMs < beforeMs) old++;
    if (old < 20) return; // rarely, and many at once
    this.samples.splice(0, old);
    for (const [lane, phases] of this.phases) {
      forgetRows(phases, PHASE_COLUMNS, beforeMs);
      const isOver = phases.activities.at(-1) === ENDED;
      if (isOver && phases.times.at(-1) < beforeMs) this.phases.delete(lane);
    }
    forgetRows(this.returns, RETURN_COLUMNS, beforeMs);
    const oldLines = lastUntil(this.lines.length, beforeMs, (i) => this.lines[i].timeMs);
    this.lines.splice(0, Math.max(0, oldLines - MAX_LINES));
    for (const [number, lane] of this.lanes) {
      lane.bars = lane.bars.filter(({ endMs }) => endMs >= beforeMs);
      if (lane.bars.length === 0) this.lanes.delete(number);
      for (const bar of lane.bars) forgetRows(bar, BAR_COLUMNS, beforeMs);
    }
    for (const lane of this.pids.keys()) {
      if (!this.lanes.has(lane) && !this.phases.has(lane)) this.pids.delete(lane);
    }
  }
}

const BAR_COLUMNS = ["times", "states"];
const PHASE_COLUMNS = ["times", "activities", "clients"];
const RETURN_COLUMNS = ["times", "lanes", "scanned", "ready"];

/** The clients at a time, with their states. */
export function clientsAt(history, timeMs) {
  const clients = [];
  for (const { bars } of history.lanes.values()) {
    for (const { client, peer, lane, times, states, endMs } of bars) {
      if (times[0] > timeMs || endMs <= timeMs) continue;
      clients.push({ client, peer, lane, state: states[pieceAt(times, timeMs)] });
    }
  }
  return clients.sort((one, other) => one.client - other.client);
}

/**
 * What a lane does at a time, and for how long.
 *
 * @returns {{ activity: string, client: number, fromMs: number, untilMs: number } | undefined} `untilMs`
 *   is infinite while it goes on
 */
export function phaseAt({ phases }, lane, timeMs) {
  const { times, activities, clients } = phases.get(lane) ?? { times: [] };
  if (times.length === 0 || times[0] > timeMs) return undefined;
  const i = pieceAt(times, timeMs);
  const activity = ACTIVITIES[activities[i]];
  return { activity, client: clients[i], fromMs: times[i], untilMs: times[i + 1] ?? Infinity };
}

/**
 * The last return of a call that waits for many sockets, up to a time.
 *
 * @returns {{ timeMs: number, lane: number, scanned: number, ready: number } | undefined}
 */
export function returnAt({ returns: { times, lanes, scanned, ready } }, timeMs) {
  if (times.length === 0 || times[0] > timeMs) return undefined;
  const i = pieceAt(times, timeMs);
  return { timeMs: times[i], lane: lanes[i], scanned: scanned[i], ready: ready[i] };
}

/** The last lines of the log at a time. */
export function linesAt({ lines }, timeMs) {
  if (lines.length === 0 || lines[0].timeMs > timeMs) return [];
  const end = lastUntil(lines.length, timeMs, (i) => lines[i].timeMs) + 1;
  return lines.slice(Math.max(0, end - MAX_LINES), end);
}

/** The index of the piece of a bar at a time, or of the first piece. */
export function pieceAt(times, timeMs) {
  return lastUntil(times.length, timeMs, (i) => times[i]);
}

/** The index of the sample for a time: the last that is not later, or the first. */
export function indexAt(samples, timeMs) {
  return lastUntil(samples.length, timeMs, (i) => samples[i].frame.timeMs);
}

/** The sample for a time. */
export function sampleAt(samples, timeMs) {
  return samples[indexAt(samples, timeMs)];
}

/** Whether only some of the messages of a frame were traced. */
export function isSampled({ messages: { all, traced } = NO_MESSAGES }) {
  return all > traced;
}

/** The first entry of each client, or lane: what there was before the rest, which has happened since. */
function firstOfEach(entries) {
  return new Map(entries.toReversed().map((entry) => [entry[1], entry]));
}
