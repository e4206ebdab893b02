import { ACTIVITIES, STATES } from "../../../../servers/watch/frames.ts";
import { nextEventMs, previousEventMs } from "../../../../servers/watch/page/events.js";
import {
  ACTIVITIES as PAGE_ACTIVITIES,
  clientsAt,
  History,
  isSampled,
  linesAt,
  phaseAt,
  returnAt,
  sampleAt,
  STATES as PAGE_STATES,
} from "../../../../servers/watch/page/history.js";
import { KeptHistory } from "../../../../servers/watch/page/kept_history.js";
import { visibleRows } from "../../../../servers/watch/page/rows.js";
import { assert, assertEquals, assertLess } from "../../../harness/assert.ts";
import "../../../harness/sanitizers.ts";

const [BACKLOG, , WAITING, SERVED, , , CLOSED] = STATES.keys();

type Change = [timeMs: number, client: number, state: number, lane: number];

/** A frame with what a history looks at. */
function frame(timeMs: number, changes: Change[], isWhole = false) {
  const peers = changes.map(([, client]) => [client, `127.0.0.1:${client}`]);
  return { timeMs, changes, peers, isWhole };
}

function rowsOf(history: History, fromMs: number, toMs: number) {
  return visibleRows(history, fromMs, toMs).map(({ lane, row, bars }) =>
    `${lane}.${row}: ${bars.map(({ client }) => client).join()}`
  );
}

Deno.test("the page knows the states by the same numbers", () => {
  assertEquals(PAGE_STATES, [...STATES]);
});

Deno.test("the page knows what lanes do by the same numbers", () => {
  assertEquals(PAGE_ACTIVITIES, [...ACTIVITIES]);
});

Deno.test("what was there after a gap goes on, also if more has happened since", () => {
  const history = new History();
  const [WAIT, , RECV] = ACTIVITIES.keys();
  history.apply({ ...frame(20, [[10, 1, WAITING, 0]]), phases: [[10, 0, WAIT, 0]] });
  const since: Change[] = [[10, 1, WAITING, 0], [80, 1, SERVED, 0]];
  history.apply({ ...frame(90, since, true), phases: [[10, 0, WAIT, 0], [80, 0, RECV, 1]] });
  const bars = history.lanes.get(0)?.bars ?? [];
  assertEquals(bars.map(({ states, endMs }) => [states.at(-1), endMs]), [[SERVED, Infinity]]);
  const seen = (timeMs: number) => phaseAt(history, 0, timeMs)?.activity;
  assertEquals([15, 50, 85].map(seen), ["wait", "wait", "recv"]);
});

Deno.test("what lanes did while the page was hidden is not known, and a lane may have ended", () => {
  const history = new History();
  const [WAIT, , RECV] = ACTIVITIES.keys();
  const rows = [[10, 0, WAIT, 0], [10, 1, RECV, 3], [10, 2, RECV, 4], [11, 0, RECV, 3]];
  history.apply({ ...frame(20, []), phases: rows });
  history.apply({ ...frame(90, [], true), phases: [[80, 0, WAIT, 0], [10, 1, RECV, 3]] });
  const seen = (lane: number, timeMs: number) => phaseAt(history, lane, timeMs)?.activity;
  assertEquals([19, 50, 85].map((ms) => seen(0, ms)), ["recv", "untraced", "wait"]);
  assertEquals([19, 50, 85].map((ms) => seen(1, ms)), ["recv", "recv", "recv"]);
  assertEquals([19, 50, 95].map((ms) => seen(2, ms)), ["recv", "untraced", "ended"]);
});

Deno.test("a process without a client keeps its id, also beyond what is kept, until it has ended", () => {
  const history = new History(1_000);
  const [WAIT, , RECV] = ACTIVITIES.keys();
  const ENDED = ACTIVITIES.indexOf("ended");
  const begin = { ...frame(0, [[0, 7, WAITING, 1]]), pids: [[1, 4711], [2, 4712]] };
  history.apply({ ...begin, phases: [[0, 1, RECV, 7], [0, 2, WAIT, 0]] });
  history.apply({ ...frame(10, [[10, 7, CLOSED, 1]]), phases: [[10, 1, WAIT, 0]] });
  for (let ms = 100; ms < 5_000; ms += 50) history.apply(frame(ms, []));
  assertEquals([...history.pids], [[1, 4711], [2, 4712]]);
  assertEquals([...history.goOn().pids], [[1, 4711], [2, 4712]]);
  history.apply({ ...frame(5_000, []), phases: [[5_000, 1, ENDED, 0]] });
  for (let ms = 5_050; ms < 9_000; ms += 50) history.apply(frame(ms, []));
  assertEquals([...history.pids], [[2, 4712]]);
});

Deno.test("what a lane does, and what its waiting call found, is known at each time", () => {
  const history = new History();
  const [WAIT, , RECV] = ACTIVITIES.keys();
  history.apply({
    ...frame(20, []),
    phases: [[10, 0, WAIT, 0], [12.5, 0, RECV, 3], [12.75, 0, WAIT, 0], [11, 1, WAIT, 0]],
    returns: [[12.5, 0, 5, 1]],
  });
  assertEquals(phaseAt(history, 0, 9), undefined);
  assertEquals(phaseAt(history, 2, 15), undefined);
  const phase = { activity: "recv", client: 3, fromMs: 12.5, untilMs: 12.75 };
  assertEquals(phaseAt(history, 0, 12.6), phase);
  assertEquals(phaseAt(history, 0, 15)?.untilMs, Infinity);
  assertEquals(returnAt(history, 12), undefined);
  assertEquals(returnAt(history, 13), { timeMs: 12.5, lane: 0, scanned: 5, ready: 1 });
  assertEquals([10, 11, 12.5, 12.75].map((ms) => nextEventMs(history, ms)), [
    ...[11, 12.5, 12.75],
    undefined,
  ]);
  assertEquals(previousEventMs(history, 11), 10);
  assertEquals(previousEventMs(history, 10), undefined);
});

Deno.test("what lanes did long ago is forgotten, and goes on in the next history", () => {
  const history = new History(1_000);
  const [WAIT, , RECV] = ACTIVITIES.keys();
  for (let i = 0; i < 100; i++) {
    const timeMs = i * 100;
    history.apply({
      ...frame(timeMs, []),
      phases: [[timeMs - 1, 0, RECV, 1], [timeMs, 0, WAIT, 0]],
      returns: [[timeMs, 0, 2, 1]],
    });
  }
  assertLess(history.phases.get(0)!.times.length, 100);
  assertLess(history.returns.times.length, 100);
  assertEquals(phaseAt(history.goOn(), 0, 9_900)?.activity, "wait");
});

Deno.test("a client moves from the backlog to the lane that serves it", () => {
  const history = new History();
  history.apply(frame(10, [[10, 1, BACKLOG, -1]]));
  history.apply(frame(20, [[15, 1, WAITING, 0], [16, 1, SERVED, 0]]));
  assertEquals(rowsOf(history, 0, 30), ["0.0: 1", "-1.0: 1"]);
  assertEquals(rowsOf(history, 16, 30), ["0.0: 1"]);
  assertEquals([history.counts[BACKLOG], history.counts[SERVED]], [0, 1]);
  const [bar] = history.clients;
  assertEquals([bar.times, bar.states, bar.peer], [[15, 16], [WAITING, SERVED], "127.0.0.1:1"]);
});

Deno.test("clients of a lane share a row one after the other, and never at the same time", () => {
  const history = new History();
  history.apply(frame(10, [[1, 1, WAITING, 0], [2, 2, WAITING, 0]]));
  history.apply(frame(20, [[11, 1, CLOSED, 0], [12, 3, WAITING, 0], [13, 4, WAITING, 0]]));
  assertEquals(rowsOf(history, 0, 30), ["0.0: 1,3", "0.1: 2", "0.2: 4"]);
});

Deno.test("lanes that serve come first, then the queue, and the backlog last", () => {
  const history = new History();
  const lanes = [-1, 10, -2, 2, 0];
  history.apply(frame(1, lanes.map((lane, client) => [1, client, WAITING, lane])));
  const shown = visibleRows(history, 0, 2).map(({ lane }) => lane);
  assertEquals(shown, [0, 2, 10, -2, -1]);
});

Deno.test("a client that a whole frame does not list is gone", () => {
  const history = new History();
  history.apply(frame(1, [[1, 1, WAITING, 0], [1, 2, WAITING, 0]]));
  history.apply(frame(2, [[1, 2, SERVED, 0]], true));
  assertEquals([...history.clients].map(({ client }) => client), [2]);
  assertEquals([history.counts[WAITING], history.counts[SERVED]], [0, 1]);
});

Deno.test("of the time between two frames on all, no bar says what is not known", () => {
  const history = new History();
  history.apply(frame(10, [[5, 1, WAITING, 0], [6, 2, WAITING, 0], [7, 3, WAITING, 0]]));
  // 1 has been waiting ever since, 2 was served meanwhile, and 3 has left.
  history.apply(frame(100, [[5, 1, WAITING, 0], [90, 2, WAITING, 0]], true));
  const bars = [...history.lanes.get(0)?.bars ?? []]
    .map(({ client, times, endMs }) => `${client}: ${times[0]} to ${endMs}`);
  assertEquals(bars, ["1: 5 to Infinity", "2: 6 to 10", "3: 7 to 10", "2: 90 to Infinity"]);
});

Deno.test("the number of clients being served is an estimate that counts untraced messages", () => {
  const history = new History();
  const clients = Array.from({ length: 100 }, (_, client): Change => [1, client, WAITING, 0]);
  history.apply(frame(1, clients));
  const two = [0, 1].flatMap((
    client,
  ): Change[] => [[5, client, SERVED, 0], [6, client, WAITING, 0]]);
  for (const [all, served] of [[2, 2], [50, 50], [1_000, 100]]) {
    const sampled = { ...frame(10, two), messages: { all, traced: 2 } };
    history.apply(sampled);
    const { counts } = history.samples[history.samples.length - 1];
    assertEquals([counts[SERVED], counts[WAITING]], [served, 100 - served]);
    assertEquals(isSampled(sampled), all > 2);
  }
});

Deno.test("old bars are forgotten, and present clients are not", () => {
  const history = new History(1_000);
  history.apply(frame(0, [[0, 1, WAITING, 0], [0, 2, WAITING, 0]]));
  history.apply(frame(10, [[10, 2, CLOSED, 0]]));
  for (let timeMs = 20; timeMs < 5_000; timeMs += 20) history.apply(frame(timeMs, []));
  assertLess(3_500, history.startMs);
  assertEquals(rowsOf(history, 0, 5_000), ["0.0: 1"]);
});

Deno.test("a bar with very many pieces loses its first ones", () => {
  const history = new History();
  const changes: Change[] = Array.from(
    { length: 10_000 },
    (_, i) => [i, 1, i % 2 ? SERVED : WAITING, 0],
  );
  history.apply(frame(10_000, changes));
  const [bar] = history.clients;
  assertLess(bar.times.length, 2_001);
  assertEquals(bar.times.at(-1), 9_999);
});

Deno.test("a bar with very many pieces goes back as far as it did, and a short serving is in it", () => {
  const history = new History();
  const changes: Change[] = Array.from({ length: 10_000 }, (_, i) => [i, 1, WAITING, 0]);
  changes[1_234] = [1_234, 1, SERVED, 0];
  history.apply(frame(10_000, changes));
  const [bar] = history.clients;
  assertEquals(bar.times[0], 0);
  assertEquals(bar.states.filter((state) => state === SERVED).length, 1);
  assertEquals(clientsAt(history, 500).map(({ state }) => state), [WAITING]);
});

Deno.test("clients and lines of the log are those of the time, whatever came later", () => {
  const history = new History();
  history.apply({ ...frame(10, [[10, 1, WAITING, 0], [10, 2, WAITING, 0]]), log: ["a"] });
  const then = [clientsAt(history, 15), linesAt(history, 15)];
  history.apply({ ...frame(20, [[20, 1, SERVED, 0], [20, 3, WAITING, 0]]), log: ["b"] });
  history.apply({ ...frame(30, [[30, 2, CLOSED, 0]]), log: ["c"] });
  assertEquals([clientsAt(history, 15), linesAt(history, 15)], then);
  const states = clientsAt(history, 30).map(({ client, state }) => [client, state]);
  assertEquals(states, [[1, SERVED], [3, WAITING]]);
  assertEquals(linesAt(history, 20).map(({ line }: { line: string }) => line), ["a", "b"]);
  assertEquals(linesAt(history, 5), []);
});

Deno.test("of lanes that are too many those stay that have ended last, or not yet", () => {
  const history = new History();
  for (let lane = 1; lane <= 6; lane++) {
    const beganMs = lane * 1_000;
    history.apply(frame(beganMs, [[beganMs, lane, WAITING, lane]]));
    if (lane > 1) history.apply(frame(beganMs + 500, [[beganMs + 500, lane, CLOSED, lane]]));
  }
  const shown = (max: number) =>
    visibleRows(history, 0, 12_000, max).map(({ lane }: { lane: number }) => lane);
  assertEquals(shown(6), [1, 2, 3, 4, 5, 6]);
  assertEquals(shown(3), [1, 5, 6]);
  assertEquals(shown(1), [1]);
});

Deno.test("while the time is stopped what led to it is kept, and no more than so much that comes", () => {
  const kept = new KeptHistory(5_000);
  const add = (timeMs: number, changes: Change[] = []) => kept.apply(frame(timeMs, changes));
  add(1_000_000, [[1_000_000, 1, WAITING, 0]]);
  kept.retain();
  let timeMs = 1_000_000;
  while (!kept.isFull && timeMs < 2_000_000) add(timeMs += 1_000);
  assertLess(timeMs, 1_300_000);
  assertEquals(kept.history.startMs, 1_000_000);
  add(1_900_000, [[1_900_000, 1, SERVED, 0]]);
  assertEquals(clientsAt(kept.history, 1_999_000).map(({ state }) => state), [WAITING]);
  kept.release();
  assertEquals(kept.isFull, false);
  assertEquals(clientsAt(kept.history, 1_999_000).map(({ state }) => state), [SERVED]);
  for (let i = 0; i < 1_000; i++) add(timeMs = 2_000_000 + i * 1_000);
  assertLess(timeMs - 200_000, kept.history.startMs);
});

Deno.test("while the time is stopped what lanes do counts as well", () => {
  const kept = new KeptHistory(5_000);
  kept.retain();
  const phases = Array.from({ length: 1_000 }, (_, i) => [1_000_000 + i, 0, i % 2, 0]);
  for (let i = 0; i < 10; i++) kept.apply({ ...frame(1_000_000 + i * 1_000, []), phases });
  assertEquals(kept.isFull, true);
});

Deno.test("sampleAt() finds the last sample that is not later", () => {
  const history = new History();
  for (const timeMs of [10, 20, 30]) history.apply(frame(timeMs, []));
  const found = [5, 10, 19, 20, 99].map((timeMs) => sampleAt(history.samples, timeMs).frame.timeMs);
  assertEquals(found, [10, 10, 10, 20, 30]);
});

/** In the first ones, V8 compiles. */
const WARM_UP_RUNS = 7;
/** Looking for each client among the others would take a hundred times as long, beside the other work. */
const MAX_TIMES = 6;

Deno.test("10,000 clients that come and go take about as long as 100 times 100", () => {
  // In turn, and the shortest of many runs counts: all that a busy machine does, and the garbage collector
  // on it, is to make one longer.
  let [partsMs, atOnceMs] = [Infinity, Infinity];
  for (let run = 0; run < WARM_UP_RUNS || run < 50 && atOnceMs >= MAX_TIMES * partsMs; run++) {
    partsMs = Math.min(partsMs, timeMs(() => Array.from({ length: 100 }, () => comeAndGo(100))));
    atOnceMs = Math.min(atOnceMs, timeMs(() => comeAndGo(10_000)));
  }
  assertLess(atOnceMs, MAX_TIMES * partsMs);
});

function comeAndGo(clients: number): void {
  const history = new History();
  for (const state of [WAITING, SERVED, CLOSED]) {
    history.apply(frame(1, Array.from({ length: clients }, (_, client) => [1, client, state, 0])));
  }
  assert(history.counts.every((count: number) => count === 0));
}

function timeMs(work: () => void): number {
  const beganMs = performance.now();
  work();
  return performance.now() - beganMs;
}
