/**
 * What a call that waits for many sockets looked at, and what of it was ready, at a moment of a history.
 *
 * @module
 */

import { ACTIVITIES, BACKLOG, clientsAt, pieceAt, sampleAt } from "./history.js";
import { returnsOf } from "./shares.js";

const [WAIT, ACCEPT, RECV, SEND, UNTRACED] = ["wait", "accept", "recv", "send", "untraced"]
  .map((name) => ACTIVITIES.indexOf(name));
/** A frame may end between a return and what it leads to. The next one comes within this time. */
const ARRIVES_MS = 300;
/** How far back the last return of a loop is searched. */
const SEARCHED_MS = 60_000;
const RATE_MS = 1_000;
/** Models in which each loop has a listener of its own. */
const OWN_LISTENERS = ["reuseport", "workers"];

/**
 * How a call finds out what is ready. `sweep`: it looks at all sockets in turn. `tell`: the system tells it
 * the ready ones. `complete`: the system tells it what is done. `round`: there is no such call, and the
 * program asks all sockets in turn. `none`: each thread or process waits for one client. `hidden`: the
 * runtime waits, and what it does is not known.
 */
export function kindOf({ waitsIn, worker }) {
  if (waitsIn === "await") return "hidden";
  if (waitsIn === "io_uring_enter") return "complete";
  if (waitsIn === "epoll_wait") return "tell";
  if (waitsIn === "-") return "round";
  return ["loop", "coroutine"].includes(worker) ? "sweep" : "none";
}

/**
 * A loop and what it watches. `cells` are its listener, keyboard and clients; `ready` are the indices of
 * those that were ready at the last return, `fresh` of those that it did not look at yet.
 *
 * @typedef {{ lane: number, cells: { kind: string, client: number, peer: string }[], last?: { timeMs: number,
 *   scanned: number, ready: number }, ready: Set<number>, fresh: Set<number>, busy?: number }} Loop
 */

/**
 * The loops at a moment.
 *
 * @param hello describes the server
 * @returns {Loop[]} one, but for models with several loops
 */
export function loopsAt(history, { model, worker }, atMs) {
  const clients = clientsAt(history, atMs).filter(({ lane }) => lane !== BACKLOG);
  const hasOwn = worker === "loops";
  const lanes = hasOwn
    ? [...new Set([0, ...history.phases.keys(), ...clients.map(({ lane }) => lane)])]
      .filter((lane) => lane >= 0).sort((one, other) => one - other)
    : [worker === "threads" ? lastLane(history, atMs) : 0];
  const returned = new Set(history.returns.lanes);
  return lanes.map((lane) => {
    const own = hasOwn ? clients.filter((client) => client.lane === lane) : clients;
    const listens = !hasOwn || (OWN_LISTENERS.includes(model) ? lane > 0 : lane === 0);
    return loopAt(history, lane, listens, own, atMs);
  }).filter(({ lane, cells }) => cells.length > 0 || returned.has(lane));
}

/** Where threads take turns at one call: the one in which it returned last. */
function lastLane({ returns: { times, lanes } }, atMs) {
  let last = -1;
  for (let i = 0; i < times.length; i++) {
    if (times[i] <= atMs && times[i] >= (times[last] ?? 0)) last = i;
  }
  return lanes[last] ?? 0;
}

function loopAt(history, lane, listens, clients, atMs) {
  const recent = returnsOf(history, lane, atMs - SEARCHED_MS, atMs);
  const last = isWhole(history, lane, recent.at(-1)) ? recent.at(-1) : recent.at(-2);
  const listener = listens ? [{ kind: "listener", client: 0, peer: "" }] : [];
  const ofClients = clients.map(({ client, peer }) => ({ kind: "client", client, peer }));
  const missing = last === undefined ? 0 : last.scanned - listener.length - ofClients.length;
  // Only a keyboard is looked at besides: where its input has ended, it is not any more.
  const keyboard = listens && missing === 1 ? [{ kind: "keyboard", client: 0, peer: "" }] : [];
  const cells = [...listener, ...keyboard, ...ofClients];
  const loop = { lane, cells, last, ready: new Set(), fresh: new Set() };
  if (last !== undefined) markCells(history, loop, atMs);
  return loop;
}

/**
 * A program that asks all sockets in turn, again and again, at a moment: the last round that found something,
 * since of the many others few are known; or the last one of those.
 *
 * @returns {Loop}
 */
export function roundAt(history, atMs) {
  const clients = clientsAt(history, atMs).filter(({ lane }) => lane !== BACKLOG);
  const cells = [{ kind: "listener", client: 0, peer: "" }];
  for (const { client, peer } of clients) cells.push({ kind: "client", client, peer });
  const rounds = returnsOf(history, 0, atMs - SEARCHED_MS, atMs);
  const found = rounds.findLastIndex(({ ready }) => ready > 0);
  const last = rounds.at(found);
  const loop = { lane: 0, cells, last, ready: new Set(), fresh: new Set() };
  if (found >= 0) markRound(history, loop, rounds[found - 1]?.timeMs ?? -Infinity);
  return loop;
}

/** What happened since the round before says what was ready: a round that found nothing leads to nothing. */
function markRound(history, { cells, last, ready, fresh }, sinceMs) {
  const { times, activities, clients } = history.phases.get(0) ?? { times: [] };
  const places = new Map(cells.map(({ client }, place) => [client, place]));
  for (let i = pieceAt(times, last.timeMs); i >= 0 && times[i] >= sinceMs; i--) {
    if (times[i] > last.timeMs) continue;
    if (activities[i] === UNTRACED) break;
    if (activities[i] === ACCEPT) ready.add(0);
    else if (clients[i] !== 0 && places.has(clients[i])) ready.add(places.get(clients[i]));
    if (ready.size >= last.ready) break;
  }
  for (let place = last.scanned; place < cells.length; place++) fresh.add(place);
}

/** Whether what a return has led to is known, or has taken so long that it is shown meanwhile. */
function isWhole(history, lane, last) {
  if (last === undefined || history.nowMs - last.timeMs > ARRIVES_MS) return true;
  const { times, activities } = history.phases.get(lane) ?? { times: [] };
  const i = times.length - 1;
  return i < 0 || times[i] > last.timeMs && activities[i] === WAIT;
}

/** What happened between the last return and the next one says what was ready. */
function markCells(history, loop, atMs) {
  const { lane, cells, last, ready, fresh } = loop;
  const places = new Map(cells.map(({ client }, place) => [client, place]));
  const next = returnsOf(history, lane, last.timeMs, last.timeMs + 1_000)
    .find(({ timeMs }) => timeMs > last.timeMs);
  const { times, activities, clients } = history.phases.get(lane) ?? { times: [] };
  const untilMs = next?.timeMs ?? Infinity;
  for (let i = pieceAt(times, last.timeMs); i < times.length && times[i] < untilMs; i++) {
    if (times[i] < last.timeMs) continue;
    const activity = activities[i];
    if (activity === UNTRACED) break; // what follows may be of a later return
    if (activity === ACCEPT) ready.add(0);
    else if ([RECV, SEND].includes(activity) && clients[i] !== 0 && places.has(clients[i])) {
      ready.add(places.get(clients[i]));
    }
    if (times[i] > atMs) continue;
    if (activity === ACCEPT) loop.busy = 0;
    else if (clients[i] !== 0) loop.busy = places.get(clients[i]);
  }
  const phase = times.length > 0 ? activities[pieceAt(times, atMs)] : undefined;
  if (ACTIVITIES[phase] === "wait") loop.busy = undefined;
  // Clients that came after it.
  const excess = cells.length - last.scanned;
  for (let place = cells.length - excess; place < cells.length; place++) fresh.add(place);
}

/** What the returns of all loops cost, up to a moment. */
export function costAt({ samples }, atMs) {
  const { frame } = sampleAt(samples, atMs);
  const before = sampleAt(samples, frame.timeMs - RATE_MS).frame;
  const { totals } = frame;
  const returns = totals.wakeUps - before.totals.wakeUps;
  const cpuSeconds = frame.cpuSeconds - before.cpuSeconds;
  return {
    inVain: Math.max(0, totals.scanned - totals.ready),
    cpuMicroseconds: returns > 0 && frame.measuredMs > before.measuredMs
      ? cpuSeconds / returns * 1e6
      : undefined,
  };
}
