/**
 * What the waiting call looked at, and the heat map of many clients: computed from a history.
 *
 * @module
 */

import "../../../harness/fake_dom.ts";
import { ACTIVITIES, type Frame, STATES } from "../../../../servers/watch/frames.ts";
import { heatOf, slotsOf, stepFor, UNKNOWN } from "../../../../servers/watch/page/heat_map.js";
import { History } from "../../../../servers/watch/page/history.js";
import { costAt, kindOf, loopsAt, roundAt } from "../../../../servers/watch/page/scan_cells.js";
import { placeCells } from "../../../../servers/watch/page/scan_layout.js";
import { assert, assertEquals, assertLessOrEqual } from "../../../harness/assert.ts";
import { FakeRun } from "../../../harness/fake_run.ts";
import "../../../harness/sanitizers.ts";

const [WAIT, ACCEPT, RECV, HANDLE, , SEND, , UNTRACED] = ACTIVITIES.keys();
const [, , WAITING, SERVED, ASLEEP] = STATES.keys();
const START_MS = 1_000_000;

const run = new FakeRun();

function historyOf(...frames: Partial<Frame>[]): History {
  const history = new History();
  frames.forEach((parts, i) => {
    history.apply(run.frame({ timeMs: START_MS + i * 1_000, isWhole: i === 0, ...parts }));
  });
  return history;
}

/** Three clients since the start. */
const THREE: Partial<Frame> = {
  peers: [1, 2, 3].map((client) => [client, `127.0.0.1:${client}`]),
  changes: [1, 2, 3].map((client) => [START_MS, client, WAITING, 0]),
};
const SELECT = { model: "select", worker: "loop", waitsIn: "select" };

Deno.test("a return of select has a cell for the listener, the keyboard and each client", () => {
  const history = historyOf({
    ...THREE,
    returns: [[START_MS + 10, 0, 5, 2], [START_MS + 20, 0, 5, 1]],
    phases: [
      ...[[START_MS, 0, WAIT, 0], [START_MS + 10, 0, RECV, 1]] as const,
      ...[[START_MS + 11, 0, HANDLE, 1], [START_MS + 12, 0, SEND, 1]] as const,
      ...[[START_MS + 13, 0, RECV, 3], [START_MS + 14, 0, WAIT, 0]] as const,
      [START_MS + 20, 0, ACCEPT, 4],
    ],
  }, {});
  const [loop] = loopsAt(history, SELECT, START_MS + 13.5);
  assertEquals(loop.cells.map(({ kind, client }) => `${kind} ${client}`), [
    ...["listener 0", "keyboard 0", "client 1", "client 2", "client 3"],
  ]);
  assertEquals([...loop.ready], [2, 4], "the first and the third client");
  assertEquals(loop.busy, 4, "the server is at the third one");
  assertEquals([...loopsAt(history, SELECT, START_MS + 20.5)[0].ready], [0], "the listener");
  assertEquals(loopsAt(history, SELECT, START_MS + 15)[0].busy, undefined, "it waits again");
});

Deno.test("where the keyboard is not looked at it has no cell, nor a client that came later", () => {
  const history = historyOf({
    peers: [[1, "a:1"], [2, "a:2"]],
    changes: [[START_MS, 1, WAITING, 0], [START_MS + 11, 2, WAITING, 0]],
    returns: [[START_MS + 10, 0, 2, 1]],
    phases: [[START_MS, 0, WAIT, 0], [START_MS + 10, 0, ACCEPT, 2]],
  }, {});
  const [before] = loopsAt(history, SELECT, START_MS + 10.5);
  assertEquals(before.cells.map(({ kind }) => kind), ["listener", "client"]);
  const [after] = loopsAt(history, SELECT, START_MS + 12);
  assertEquals([...after.fresh], [2], "the call did not look at the new one");
});

Deno.test("which sockets were ready is not told from what follows a gap", () => {
  const gap = [START_MS + 12, 0, UNTRACED, 0] as const;
  const history = historyOf({
    ...THREE,
    returns: [[START_MS + 10, 0, 4, 2]],
    phases: [
      ...[[START_MS, 0, WAIT, 0], [START_MS + 10, 0, RECV, 1], gap] as const,
      ...[[START_MS + 30, 0, RECV, 3], [START_MS + 31, 0, WAIT, 0]] as const,
    ],
  }, {});
  assertEquals([...loopsAt(history, SELECT, START_MS + 40)[0].ready], [1]);
  const asked = historyOf({
    ...THREE,
    returns: [[START_MS + 20, 0, 4, 2]],
    phases: [[START_MS + 10, 0, RECV, 1], gap, [START_MS + 13, 0, RECV, 3]],
  }, {});
  assertEquals([...roundAt(asked, START_MS + 40).ready], [3]);
});

Deno.test("a return of which the rest has yet to arrive is not shown before that", () => {
  const phases = [[START_MS, 0, WAIT, 0], [START_MS + 10, 0, RECV, 1], [START_MS + 11, 0, WAIT, 0]];
  const history = historyOf({
    ...THREE,
    timeMs: START_MS + 51,
    returns: [[START_MS + 10, 0, 4, 1], [START_MS + 50, 0, 4, 2]],
    phases: [...phases, [START_MS + 50, 0, RECV, 1]].map(([ms, lane, activity, client]) => {
      return [ms, lane, activity, client];
    }),
  });
  assertEquals(loopsAt(history, SELECT, START_MS + 51)[0].last?.ready, 1);
  const rest: Partial<Frame> = {
    phases: [[START_MS + 51, 0, RECV, 2], [START_MS + 52, 0, WAIT, 0]],
  };
  history.apply(run.frame({ timeMs: START_MS + 100, ...rest }));
  const [loop] = loopsAt(history, SELECT, START_MS + 100);
  assertEquals([loop.last?.ready, [...loop.ready]], [2, [1, 2]]);
});

Deno.test("several loops have their own sockets; a round asks all", () => {
  const workers = { model: "workers", worker: "loops", waitsIn: "epoll_wait" };
  const history = historyOf({
    peers: [[1, "a:1"], [2, "a:2"]],
    changes: [[START_MS, 1, WAITING, 1], [START_MS, 2, WAITING, 2]],
    phases: [0, 1, 2].map((lane) => [START_MS, lane, WAIT, 0]),
    returns: [[START_MS + 1, 1, 1, 1], [START_MS + 2, 2, 1, 1]],
  });
  assertEquals(
    loopsAt(history, workers, START_MS + 5).map(({ lane, cells }) => [lane, cells.length]),
    [[1, 2], [2, 2]],
  );
  const led = { model: "leader-followers", worker: "threads", waitsIn: "epoll_wait" };
  const [shared, ...none] = loopsAt(history, led, START_MS + 5);
  assertEquals(
    [shared.lane, shared.cells.length, none],
    [2, 3, []],
    "threads take turns at one call",
  );
  const asked = historyOf({
    ...THREE,
    phases: [[START_MS, 0, RECV, 0], [START_MS + 1, 0, HANDLE, 2], [START_MS + 2, 0, RECV, 0]],
    returns: [[START_MS + 0.5, 0, 4, 0], [START_MS + 2, 0, 4, 1], [START_MS + 4, 0, 4, 0]],
  });
  const seen = (ms: number) => {
    const { cells, last, ready } = roundAt(asked, START_MS + ms);
    return [cells.length, last?.timeMs, last?.ready, [...ready]];
  };
  assertEquals(seen(5), [4, START_MS + 2, 1, [2]], "the last that found something");
  assertEquals(seen(1), [4, START_MS + 0.5, 0, []], "the client had not been asked yet");
});

Deno.test("each model has its kind of scan, and some have none", () => {
  const kinds = [
    ["select", "loop"],
    ["poll", "loop"],
    ["epoll_wait", "loop"],
    ["io_uring_enter", "loop"],
    ["-", "loop"],
    ["await", "coroutine"],
    ["accept, recv, send", "caller"],
  ].map(([waitsIn, worker]) => kindOf({ waitsIn, worker }));
  assertEquals(kinds, ["sweep", "sweep", "tell", "complete", "round", "hidden", "none"]);
});

Deno.test("what returns cost: cells looked at in vain, and CPU time over the last second", () => {
  const totals = (wakeUps: number, scanned: number, ready: number) => ({
    ...run.frame({}).totals,
    ...{ wakeUps, scanned, ready },
  });
  const history = historyOf(
    { totals: totals(0, 0, 0), cpuSeconds: 1, measuredMs: 1 },
    { totals: totals(100, 500, 120), cpuSeconds: 1.01, measuredMs: 2 },
  );
  assertEquals(costAt(history, START_MS + 1_000).inVain, 380);
  assertEquals(Math.round(costAt(history, START_MS + 1_000).cpuMicroseconds!), 100);
  assertEquals(costAt(history, START_MS).cpuMicroseconds, undefined);
});

for (const sockets of [1, 5, 64, 500, 2_000, 10_000]) {
  Deno.test(`${sockets} cells fit into their box, on a phone and on a wide screen`, () => {
    for (const width of [300, 1_200]) {
      const box = { left: 50, top: 10, width, height: 98 };
      const { count, each, columns, wide, pitch, top, isLabelled } = placeCells(sockets, box, 13);
      assertEquals(Math.ceil(sockets / each), count);
      assertLessOrEqual(columns * wide, Math.max(width, wide));
      assertLessOrEqual(top + Math.ceil(count / columns) * pitch, box.top + box.height + 1);
      assert(!isLabelled || each === 1);
      if (sockets <= 2_000) assertEquals(each, 1, "each has a cell of its own");
    }
  });
}

Deno.test("a heat map counts who was served in a slice of time, and for how many a row stands", () => {
  const clients = Array.from({ length: 100 }, (_, i) => i + 1);
  const history = historyOf({
    peers: clients.map((client) => [client, `a:${client}`]),
    changes: [
      ...clients.map((client) => [START_MS, client, WAITING, 0] as const),
      // Of the first ten clients, three are served for an instant; the next ten sleep for long.
      ...[1, 2, 3].flatMap((client) =>
        [[START_MS + 210, client, SERVED, 0], [START_MS + 210.1, client, WAITING, 0]] as const
      ),
      ...clients.slice(10, 20).map((client) => [START_MS + 100, client, ASLEEP, 0] as const),
    ],
  }, {});
  const slots = slotsOf(history, START_MS, START_MS + 1_000, 10);
  assertEquals([slots.slots, slots.bin, slots.rows], [100, 10, 10]);
  const columns = { first: START_MS / 200, count: 5, stepMs: 200 };
  const [first, second, third] = heatOf(history, slots, columns);
  const waits = { state: WAITING, quarters: 4 };
  assertEquals(first, [waits, { state: SERVED, quarters: 2 }, waits, waits, waits]);
  assertEquals(second, Array(5).fill({ state: ASLEEP, quarters: 4 }));
  assertEquals(third, Array(5).fill(waits));
});

Deno.test("where most messages are not traced, a heat map does not say that clients wait", () => {
  const history = historyOf(
    {
      peers: [[1, "a:1"], [2, "a:2"]],
      changes: [[START_MS, 1, WAITING, 0], [START_MS, 2, WAITING, 0]],
    },
    { messages: { all: 2, traced: 2 } },
    {
      messages: { all: 70_000, traced: 42 },
      changes: [[START_MS + 1_100, 1, SERVED, 0], [START_MS + 1_101, 1, WAITING, 0]],
    },
    { messages: { all: 0, traced: 0 } },
  );
  const slots = slotsOf(history, START_MS, START_MS + 3_000, 10);
  const columns = { first: START_MS / 500, count: 6, stepMs: 500 };
  const states = heatOf(history, slots, columns).map((row) => row.map((cell) => cell?.state));
  assertEquals(states, [
    [WAITING, WAITING, SERVED, UNKNOWN, WAITING, WAITING],
    [WAITING, WAITING, UNKNOWN, UNKNOWN, WAITING, WAITING],
  ]);
});

Deno.test("a heat map keeps clients where they are, and has at most 80 columns for any span", () => {
  const history = historyOf({
    peers: [[1, "a:1"], [2, "a:2"], [3, "a:3"]],
    changes: [[START_MS, 1, WAITING, 0], [START_MS, 2, WAITING, 0], [START_MS, 3, WAITING, 1]],
  }, { changes: [[START_MS + 500, 1, STATES.indexOf("closed"), 0]] });
  const slots = slotsOf(history, START_MS, START_MS + 1_000, 10);
  const cells = heatOf(history, slots, { first: START_MS / 250, count: 4, stepMs: 250 });
  assertEquals(cells[0].map((cell) => cell === undefined), [false, false, false, true]);
  assertEquals(cells.slice(1).flat().every((cell) => cell?.state === WAITING), true);
  for (const spanMs of [10, 150, 1_500, 15_000, 60_000]) {
    assertLessOrEqual(spanMs / stepFor(spanMs), 80);
  }
});
