/**
 * What has become of clients, from the frames of a run: as bars on lanes, and as numbers over time.
 *
 * @module
 */

/** The states of a client by their numbers, as in frames.ts. */
export const STATES = ["backlog", "queued", "waiting", "served", "asleep", "blocked", "closed"];
/** Lanes that are no thread or process. */
export const BACKLOG = -1;
export const QUEUE = -2;
export const CLOSED = STATES.indexOf("closed");
const WAITING = STATES.indexOf("waiting");
const SERVED = STATES.indexOf("served");
/** By the number of a state: where several states share one slice of time, the highest stands for all. */
export const WEIGHT = STATES.map((state) => ["served", "blocked", "asleep"].indexOf(state) + 1);

const NO_MESSAGES = { all: 0, told: 0 };

/** A bar with more pieces than this gets coarser. */
const MAX_PIECES = 2_000;
/** So many lines of the log are shown at a time. */
const MAX_LINES = 200;
/** Where rows are too many, those that have ended stay for at least so long. */
const JUST_NOW_MS = 3_000;

/**
 * A client on a lane: from `times[i]` on it was in `states[i]`, until `endMs`.
 *
 * @typedef {{ client: number, peer: string, lane: number, row: number, times: number[],
 *   states: number[], endMs: number }} Bar
 */

/** The rows of a lane: as many as there are clients on it at a time. */
class Lane {
  /** @type {Bar[]} */
  bars = [];
  #dispatched = [];
  #lowestFree = 0;

  takeRow() {
    let row = this.#lowestFree;
    while (this.#dispatched[row]) row++;
    this.#dispatched[row] = true;
    this.#lowestFree = row + 1;
    return row;
  }

  giveBack(row) {
    this.#dispatched[row] = false;
    this.#lowestFree = Math.min(this.#lowestFree, row);
  }
}

/** See the module. */
export class History {
  /** @type {Map<number, Lane>} */
  lanes = new Map();
  /**
   * A sample for each frame: how many clients are in which state, and the frame itself. Where
   * {@linkcode isSampled} says so, those who are served are not all told of, and this is an estimate.
   */
  samples = [];
  /** The lines of the log, each with the time of the frame in which it came. */
  lines = [];
  /** How many clients are in which state. */
  counts = STATES.map(() => 0);
  #peers = new Map();
  /** @type {Map<number, Bar>} */
  #current = new Map();
  #keepMs;
  /** What is newer than this is kept, however old it gets. */
  heldFromMs = Infinity;

  /** @param {number} keepMs how much of the past is kept */
  constructor(keepMs = Infinity) {
    this.#keepMs = keepMs;
  }

  /** When the last frame was made. */
  get nowMs() {
    return this.samples.at(-1)?.frame.timeMs ?? 0;
  }

  /** When what is kept begins. */
  get startMs() {
    return this.samples[0]?.frame.timeMs ?? 0;
  }

  /** The clients there are, as bars. */
  get clients() {
    return this.#current.values();
  }

  /** Another history, which begins with the present of this one and takes in what comes from now on. */
  goOn() {
    const next = new History(this.#keepMs);
    const frame = this.samples.at(-1)?.frame;
    if (frame === undefined) return next;
    const clients = [...this.clients];
    const peers = clients.map(({ client, peer }) => [client, peer]);
    const changes = clients.map(({ client, states, lane }) => {
      return [frame.timeMs, client, states.at(-1), lane];
    });
    next.apply({ ...frame, peers, changes, log: [] });
    next.lines = this.lines.slice(-MAX_LINES);
    return next;
  }

  apply(frame) {
    if (frame.isWhole) this.#beginAnew(frame);
    for (const [client, peer] of frame.peers) this.#peers.set(client, peer);
    const served = new Set();
    for (const [timeMs, client, state, lane] of frame.changes) {
      this.#change(client, state, lane, timeMs);
      if (state === SERVED) served.add(client);
    }
    this.samples.push({ counts: this.#countsWith(served, frame), frame });
    for (const line of frame.log ?? []) this.lines.push({ timeMs: frame.timeMs, line });
    this.#forget(Math.min(frame.timeMs, this.heldFromMs) - this.#keepMs);
  }

  /**
   * Who was served during a frame counts as such, though it mostly does not take that long. Whose the
   * messages were that are not told one by one is not known: it is taken that they came from as many
   * clients each as those that are.
   */
  #countsWith(served, { messages: { all, told } = NO_MESSAGES }) {
    const counts = [...this.counts];
    let moved = told > 0 ? Math.round((all - told) * served.size / told) : all;
    for (const client of served) {
      if (this.#current.get(client)?.states.at(-1) === WAITING) moved++;
    }
    moved = Math.min(moved, counts[WAITING]);
    counts[WAITING] -= moved;
    counts[SERVED] += moved;
    return counts;
  }

  /**
   * A frame on all there is: what happened since the last frame is not known. So a bar ends there,
   * unless its client has been in this state ever since.
   */
  #beginAnew({ changes }) {
    const knownMs = this.nowMs;
    const now = new Map(changes.map((change) => [change[1], change]));
    for (const [client, bar] of [...this.#current]) {
      const [sinceMs, , state, lane] = now.get(client) ?? [];
      const isSame = sinceMs <= knownMs && state === bar.states.at(-1) && lane === bar.lane;
      if (!isSame) this.#change(client, CLOSED, 0, knownMs);
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
    if (bar.times.length > MAX_PIECES) coarsen(bar);
  }

  #begin(client, number) {
    let lane = this.lanes.get(number);
    if (lane === undefined) this.lanes.set(number, lane = new Lane());
    const peer = this.#peers.get(client) ?? "";
    const row = lane.takeRow();
    const bar = { client, peer, lane: number, row, times: [], states: [], endMs: Infinity };
    lane.bars.push(bar);
    this.#current.set(client, bar);
    return bar;
  }

  #end(bar, timeMs) {
    bar.endMs = timeMs;
    this.lanes.get(bar.lane).giveBack(bar.row);
    this.#current.delete(bar.client);
  }

  #forget(beforeMs) {
    let old = 0;
    while (old < this.samples.length && this.samples[old].frame.timeMs < beforeMs) old++;
    if (old < 20) return; // seldom, and then many
    this.samples.splice(0, old);
    const oldLines = lastUntil(this.lines.length, beforeMs, (i) => this.lines[i].timeMs);
    this.lines.splice(0, Math.max(0, oldLines - MAX_LINES));
    for (const [number, lane] of this.lanes) {
      lane.bars = lane.bars.filter(({ endMs }) => endMs >= beforeMs);
      if (lane.bars.length === 0) this.lanes.delete(number);
      for (const bar of lane.bars) forgetPieces(bar, beforeMs);
    }
  }
}

/** What a bar was before a time is forgotten, except in which state it was then. */
function forgetPieces(bar, beforeMs) {
  const old = pieceAt(bar.times, beforeMs);
  if (old === 0) return;
  bar.times.splice(0, old);
  bar.states.splice(0, old);
}

/** Halves the pieces of a bar: one for each slice of its time, of which the heaviest state remains. */
function coarsen(bar) {
  const { times, states } = bar;
  const last = times.length - 1;
  const sliceMs = (times[last] - times[0]) / (MAX_PIECES / 2);
  let kept = 0;
  for (let i = 1; i <= last; i++) {
    if (i === last || times[i] - times[kept] >= sliceMs) {
      kept++;
      [times[kept], states[kept]] = [times[i], states[i]];
    } else if (WEIGHT[states[i]] > WEIGHT[states[kept]]) states[kept] = states[i];
  }
  times.length = states.length = kept + 1;
}

/**
 * The rows of all lanes that have a bar between two times, from top to bottom. When they are more than
 * `most`, those leave first that have ended first, until only those are left that ended just now.
 *
 * @param {History} history
 * @returns {{ lane: number, row: number, bars: Bar[] }[]}
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

/** Lanes that serve come first, then the queue, and the backlog last. */
function placeOf({ lane }) {
  return lane >= 0 ? lane : lane === BACKLOG ? Number.MAX_VALUE : Number.MAX_SAFE_INTEGER;
}

/** The clients that there were at a time, with the state that each was in. */
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

/** The lines of the log that there were at a time, the last ones of them. */
export function linesAt({ lines }, timeMs) {
  if (lines.length === 0 || lines[0].timeMs > timeMs) return [];
  const end = lastUntil(lines.length, timeMs, (i) => lines[i].timeMs) + 1;
  return lines.slice(Math.max(0, end - MAX_LINES), end);
}

/** Where in the times of a bar the piece is that was there at a time, or the first. */
export function pieceAt(times, timeMs) {
  return lastUntil(times.length, timeMs, (i) => times[i]);
}

/** Where the sample is that a time belongs to: the last that is not later, or the first. */
export function indexAt(samples, timeMs) {
  return lastUntil(samples.length, timeMs, (i) => samples[i].frame.timeMs);
}

/** The sample that a time belongs to. */
export function sampleAt(samples, timeMs) {
  return samples[indexAt(samples, timeMs)];
}

/** Which is the last of `count` that is not later than a time; 0 where all are. */
function lastUntil(count, timeMs, timeOf) {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (timeOf(middle) <= timeMs) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Whether there were more messages than are told of one by one. */
export function isSampled({ messages: { all, told } = NO_MESSAGES }) {
  return all > told;
}
