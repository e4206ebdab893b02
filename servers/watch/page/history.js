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

const NO_MESSAGES = { all: 0, told: 0 };

/** A bar is cut when it has so many pieces, at its beginning. */
const MOST_PIECES = 2_000;

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
  #taken = [];
  #lowestFree = 0;

  takeRow() {
    let row = this.#lowestFree;
    while (this.#taken[row]) row++;
    this.#taken[row] = true;
    this.#lowestFree = row + 1;
    return row;
  }

  giveBack(row) {
    this.#taken[row] = false;
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
  /** How many clients are in which state. */
  counts = STATES.map(() => 0);
  #peers = new Map();
  /** @type {Map<number, Bar>} */
  #current = new Map();
  #keepMs;

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

  apply(frame) {
    if (frame.isWhole) this.#beginAnew(frame);
    for (const [client, peer] of frame.peers) this.#peers.set(client, peer);
    const served = new Set();
    for (const [timeMs, client, state, lane] of frame.changes) {
      this.#change(client, state, lane, timeMs);
      if (state === SERVED) served.add(client);
    }
    this.samples.push({ counts: this.#countsWith(served, frame), frame });
    this.#forget(frame.timeMs - this.#keepMs);
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
    if (bar.times.length > MOST_PIECES) {
      bar.times.splice(0, MOST_PIECES / 2);
      bar.states.splice(0, MOST_PIECES / 2);
    }
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
    for (const [number, lane] of this.lanes) {
      lane.bars = lane.bars.filter(({ endMs }) => endMs >= beforeMs);
      if (lane.bars.length === 0) this.lanes.delete(number);
    }
  }
}

/**
 * The rows of all lanes that have a bar between two times, from top to bottom.
 *
 * @param {History} history
 * @returns {{ lane: number, row: number, bars: Bar[] }[]}
 */
export function visibleRows(history, fromMs, toMs) {
  const rows = [];
  for (const number of [...history.lanes.keys()].sort(byPlace)) {
    const ofLane = new Map();
    for (const bar of history.lanes.get(number).bars) {
      if (bar.endMs < fromMs || bar.times[0] > toMs) continue;
      if (!ofLane.has(bar.row)) ofLane.set(bar.row, []);
      ofLane.get(bar.row).push(bar);
    }
    const sorted = [...ofLane].sort(([one], [other]) => one - other);
    for (const [row, bars] of sorted) rows.push({ lane: number, row, bars });
  }
  return rows;
}

/** Lanes that serve come first, then the queue, and the backlog last. */
function byPlace(one, other) {
  const place = (lane) => lane >= 0 ? lane : lane === BACKLOG ? Infinity : Number.MAX_VALUE;
  return place(one) < place(other) ? -1 : 1;
}

/** The sample that a time belongs to. */
export function sampleAt(samples, timeMs) {
  let low = 0;
  let high = samples.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (samples[middle].frame.timeMs <= timeMs) low = middle;
    else high = middle - 1;
  }
  return samples[low];
}

/** Whether there were more messages than are told of one by one. */
export function isSampled({ messages: { all, told } = NO_MESSAGES }) {
  return all > told;
}
