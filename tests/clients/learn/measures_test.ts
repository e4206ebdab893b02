import type { Answer, Text } from "../../../clients/learn/chapter.ts";
import { type Condition, MEASURES } from "../../../clients/learn/measure.ts";
import {
  holds,
  measuresOf,
  shownValue,
  takeMeasures,
  trueAnswer,
  withValues,
} from "../../../clients/learn/page/measures.js";
import { en } from "../../../cli/messages/en/mod.ts";
import { ACTIVITIES, type Frame, STATES } from "../../../servers/watch/frames.ts";
import { History } from "../../../servers/watch/page/history.js";
import { assertEquals } from "../../harness/assert.ts";
import { FakeRun } from "../../harness/fake_run.ts";
import "../../harness/sanitizers.ts";

const [BACKLOG, QUEUED, WAITING, , ASLEEP, , CLOSED] = STATES.keys();
const run = new FakeRun();

/** A history of these frames. */
function historyOf(...frames: (Partial<Frame> & { timeMs: number })[]): History {
  const history = new History();
  for (const parts of frames) history.apply(run.frame({ isWhole: false, ...parts }));
  return history;
}

/** Counters, all 0 but some. */
function totals(counted: Partial<Frame["totals"]>): Frame["totals"] {
  return { ...run.frame({}).totals, ...counted };
}

function peers(...clients: number[]): Frame["peers"] {
  return clients.map((client) => [client, `127.0.0.1:${client}`]);
}

Deno.test("clients are counted by where they are at the end", () => {
  const history = historyOf(
    {
      timeMs: 1_000,
      peers: peers(1, 2, 3, 4),
      changes: [
        [900, 1, WAITING, 1],
        [900, 2, BACKLOG, -1],
        [900, 3, QUEUED, -2],
        [900, 4, ASLEEP, 2],
      ],
    },
    { timeMs: 2_000, changes: [[1_500, 1, CLOSED, 1]] },
  );
  const { clients, waiting, backlog, queued, asleep, lanes } = takeMeasures(history, 1_000, 1_400);
  assertEquals({ clients, waiting, backlog, queued, asleep, lanes }, {
    ...{ clients: 4, waiting: 1, backlog: 1, queued: 1, asleep: 1, lanes: 2 },
  });
  const later = takeMeasures(history, 1_600, 2_000);
  assertEquals([later.clients, later.waiting, later.lanes], [3, 0, 1]);
});

Deno.test("an answer is bytes that were sent within the span", () => {
  const history = historyOf(
    {
      timeMs: 1_000,
      peers: peers(1, 2, 3),
      changes: [1, 2, 3].map((client) => [1_000, client, WAITING, 0]),
    },
    { timeMs: 2_000, transfers: [[1_100, 1, 0, 5, 0], [1_101, 1, 0, 0, 5], [1_200, 2, 0, 5, 0]] },
    { timeMs: 3_000, transfers: [[2_500, 1, 0, 0, 5], [2_600, 2, 0, 0, 5]] },
  );
  assertEquals(takeMeasures(history, 1_000, 2_000).served, 1);
  assertEquals(takeMeasures(history, 1_000, 3_000).served, 2);
  assertEquals(takeMeasures(history, 2_550, 3_000).served, 1);
});

Deno.test("the longest wait is that of the client that was answered least", () => {
  const history = historyOf(
    {
      timeMs: 1_000,
      peers: peers(1, 2),
      changes: [[1_000, 1, WAITING, 0], [1_500, 2, BACKLOG, -1]],
    },
    { timeMs: 2_000, transfers: [[1_250, 1, 0, 0, 5], [1_600, 1, 0, 0, 5]] },
    { timeMs: 2_400, changes: [[2_300, 2, CLOSED, 0]] },
  );
  assertEquals(takeMeasures(history, 1_000, 2_000).longestWaitMs, 500); // the other, in the backlog
  assertEquals(takeMeasures(history, 2_350, 2_400).longestWaitMs, 50); // it is gone
});

Deno.test("what calls cost is what was counted between two frames", () => {
  const history = historyOf(
    { timeMs: 1_000, totals: totals({ wakeUps: 10, scanned: 100, ready: 10, recvs: 7 }) },
    {
      timeMs: 3_000,
      totals: totals({
        ...{ wakeUps: 20, scanned: 160, ready: 25, recvs: 27, refused: 2, shed: 1 },
        systemCalls: 60,
      }),
    },
  );
  const measured = takeMeasures(history, 1_000, 3_000);
  assertEquals(
    [measured.returns, measured.returnsPerSecond, measured.scannedPerReturn],
    [10, 5, 6],
  );
  assertEquals([measured.readyPerReturn, measured.inVain, measured.messages], [1.5, 45, 20]);
  assertEquals([measured.systemCallsPerMessage, measured.refused, measured.seconds], [3, 3, 2]);
});

Deno.test("what cannot be measured is left out", () => {
  const history = historyOf(
    { timeMs: 1_000, loopLatencyMs: null, measuredMs: 900 },
    { timeMs: 1_400, loopLatencyMs: null, measuredMs: 1_300, cpuSeconds: 9 },
  );
  const measured = takeMeasures(history, 1_000, 1_400);
  const missing = ["scannedPerReturn", "systemCallsPerMessage", "cpuPercent", "loopLatencyMs"];
  assertEquals(missing.filter((name) => name in measured), []);
  assertEquals(takeMeasures(new History(), 0, 1), {});
});

Deno.test("the machine's figures: processor, memory, the latency of the loop", () => {
  const usage = { measuredMs: 1_000, cpuSeconds: 1, memoryBytes: 50_000_000 };
  const history = historyOf(
    { timeMs: 1_000, ...usage, loopLatencyMs: 1, changes: [[900, 1, WAITING, 0]] },
    { timeMs: 2_000, ...usage, loopLatencyMs: 40, changes: [[1_900, 2, WAITING, 0]] },
    {
      timeMs: 3_000,
      ...{ measuredMs: 3_000, cpuSeconds: 1.5, memoryBytes: 51_000_000, loopLatencyMs: 2 },
    },
  );
  const { cpuPercent, memoryMb, memoryPerClientKb, loopLatencyMs } = takeMeasures(
    history,
    1_000,
    3_000,
  );
  assertEquals([cpuPercent, memoryMb, memoryPerClientKb, loopLatencyMs], [25, 51, 1_000, 40]);
});

Deno.test("shares are those of the time that is known", () => {
  const [WAIT, , RECV, HANDLE, , , , UNTRACED] = ACTIVITIES.keys();
  const history = historyOf(
    { timeMs: 1_000, phases: [[500, 0, WAIT, 0]] },
    {
      timeMs: 2_000,
      phases: [
        [1_200, 0, RECV, 1],
        [1_250, 0, HANDLE, 1],
        [1_400, 0, UNTRACED, 0],
        [1_900, 0, WAIT, 0],
      ],
    },
  );
  const { waitShare, recvShare, handleShare } = takeMeasures(history, 1_000, 2_000);
  assertEquals([waitShare, recvShare, handleShare], [60, 10, 30]);
});

Deno.test("conditions compare with numbers and with other measures", () => {
  const values = { clients: 4, served: 2 };
  const check = (is: Condition["is"], than: Condition["than"], times?: number) =>
    holds({ measure: "clients", is, than, times }, values);
  assertEquals(
    [check("=", 4), check("!=", 4), check("<", 5), check("<=", 4), check(">", 4), check(">=", 4)],
    [true, false, true, true, false, true],
  );
  assertEquals([check("=", "served", 2), check("<", "served"), check("=", "backlog")], [
    ...[true, false, false], // the backlog was not measured
  ]);
  const both: Condition[] = [{ measure: "clients", is: "=", than: 4 }, {
    ...{ measure: "served", is: "=", than: 3 },
  }];
  assertEquals(holds(both, values), false);
});

Deno.test("an answer is true only if no other one is", () => {
  const text: Text = { en: "", zh: "" };
  const answer = (is: Condition["is"], than: number): Answer => {
    return { text, because: text, when: { measure: "served", is, than } };
  };
  const answers = [answer("<", 2), answer(">", 4), answer("=", 5)];
  assertEquals(trueAnswer(answers, { served: 1 }), 0);
  assertEquals(trueAnswer(answers, { served: 6 }), 1);
  assertEquals(trueAnswer(answers, { served: 3 }), undefined); // none
  assertEquals(trueAnswer(answers, { served: 5 }), undefined); // two
  assertEquals(measuresOf(answers), ["served"]);
});

Deno.test("measures are shown with their digits, in texts too", () => {
  assertEquals(shownValue("scannedPerReturn", 5.04, "en"), "5");
  assertEquals(shownValue("scannedPerReturn", 5.25, "en"), "5.3");
  assertEquals(shownValue("inVain", 1234.4, "en"), "1,234");
  assertEquals(shownValue("inVain", undefined, "en"), "–");
  assertEquals(withValues("{served} of {clients}", { served: 1, clients: 3 }, "zh"), "1 of 3");
});

Deno.test("each measure has a name for people", () => {
  assertEquals(Object.keys(en.learn.page.measures).toSorted(), [...MEASURES].toSorted());
});
