/**
 * What the page says of clients, where not all that they do is traced.
 *
 * @module
 */

import "../../../harness/fake_dom.ts";
import { STATES } from "../../../../servers/watch/frames.ts";
import { History } from "../../../../servers/watch/page/history.js";
import { clientAt, firstClientsAt } from "../../../../servers/watch/page/inspected.js";
import { assertEquals } from "../../../harness/assert.ts";
import { FakeRun } from "../../../harness/fake_run.ts";
import "../../../harness/sanitizers.ts";

const [WAITING, SERVED] = [STATES.indexOf("waiting"), STATES.indexOf("served")];
const START_MS = 1_000_000;
const run = new FakeRun();

/** A client waits for the first second. In the next one, much more happens than is traced. */
function historyOf(state: number): History {
  const history = new History();
  history.apply(run.frame({
    ...{ timeMs: START_MS, isWhole: true },
    peers: [[1, "127.0.0.1:1"]],
    changes: [[START_MS, 1, state, 0]],
  }));
  history.apply(run.frame({ timeMs: START_MS + 1_000 }));
  history.apply(run.frame({ timeMs: START_MS + 2_000, messages: { all: 9_000, traced: 42 } }));
  history.apply(run.frame({ timeMs: START_MS + 3_000 }));
  return history;
}

Deno.test("a client whose messages may not have been traced is not said to wait", () => {
  const history = historyOf(WAITING);
  const activities = [500, 1_500, 2_500].map((ms) => clientAt(history, 1, START_MS + ms)?.activity);
  assertEquals(activities, [undefined, "untraced", undefined]);
  const [first] = firstClientsAt(history, START_MS + 1_500, 10);
  assertEquals([first.fromMs, first.untilMs], [START_MS + 1_000, START_MS + 2_000]);
});

Deno.test("what is traced of a client is said, however much is not", () => {
  const history = historyOf(SERVED);
  assertEquals(clientAt(history, 1, START_MS + 1_500)?.activity, undefined);
});
