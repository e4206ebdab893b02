/**
 * What lanes do in words, where not all that they do is traced.
 *
 * @module
 */

import "../../../harness/fake_dom.ts";
import { en } from "../../../../cli/messages/en/mod.ts";
import { ACTIVITIES, type Frame } from "../../../../servers/watch/frames.ts";
import { History } from "../../../../servers/watch/page/history.js";
import { laneLabels } from "../../../../servers/watch/page/lane_labels.js";
import { LaneTexts } from "../../../../servers/watch/page/lane_texts.js";
import { assertEquals, assertMatch } from "../../../harness/assert.ts";
import { FakeRun } from "../../../harness/fake_run.ts";
import "../../../harness/sanitizers.ts";

const [WAIT, , RECV] = ACTIVITIES.keys();
const HELD = ACTIVITIES.indexOf("held");
const START_MS = 1_000_000;

const run = new FakeRun();

/** What a lane of a server does a second after its start, in which calls have returned 5,000 times. */
function lineOf(lane: number, worker: string, waitsIn: string, parts: Partial<Frame>): string {
  const history = new History();
  const before = run.frame({ timeMs: START_MS, isWhole: true });
  history.apply(before);
  const totals = { ...before.totals, wakeUps: 5_000 };
  history.apply(run.frame({ timeMs: START_MS + 1_000, totals, ...parts }));
  const texts = { ...en.watch.page, ...en.watchLanes };
  const labels = laneLabels(
    { model: "", worker, waitsIn },
    texts,
    () => history.pids,
    (timeMs: number) => (timeMs - START_MS) / 1_000,
  );
  return new LaneTexts(texts.lanePicture, labels).line(history, lane, START_MS + 1_000);
}

/** Two of the returns were traced. */
function traced(lane: number): Partial<Frame> {
  return {
    phases: [[START_MS, lane, WAIT, 0], [START_MS + 500, lane, RECV, 0]],
    returns: [[START_MS + 500, lane, 4, 1], [START_MS + 900, lane, 4, 0]],
  };
}

Deno.test("of a loop all returns are told, and not only those that were traced", () => {
  const line = lineOf(0, "loop", "select", traced(0));
  assertEquals(line, "the loop: in recv; last second: select 50 %, recv 50 %; 5,000 returns");
});

Deno.test("a server that polls has rounds", () => {
  const line = lineOf(0, "loop", "-", traced(0));
  assertEquals(line.split("; ").at(-1), "5,000 rounds");
});

Deno.test("of several loops it is told that there were more returns than were traced", () => {
  const messages = { all: 9_000, traced: 42 };
  const some = lineOf(1, "loops", "epoll_wait", { ...traced(1), messages });
  assertEquals(some.split("; ").at(-1), "at least 2 returns");
  const all = lineOf(1, "loops", "epoll_wait", traced(1));
  assertEquals(all.split("; ").at(-1), "2 returns");
});

Deno.test("a loop that the view holds up says so, and how long of the last second", () => {
  const phases: Frame["phases"] = [[START_MS, 0, WAIT, 0], [START_MS + 250, 0, HELD, 0]];
  const line = lineOf(0, "loop", "select", { phases });
  assertMatch(line, /^the loop: held up by the view; last second: held up 75 %, select 25 %;/);
});
