import { en } from "../../../cli/messages/en/mod.ts";
import { ACTIVITIES, type Frame, STATES } from "../../../servers/watch/frames.ts";
import { LastMinute } from "../../../servers/watch/last_minute.ts";
import { History } from "../../../servers/watch/page/history.js";
import { readRecording } from "../../../servers/watch/recorded_run.ts";
import { assert, assertEquals, assertGreater, assertLess } from "../../harness/assert.ts";
import { FakeRun } from "../../harness/fake_run.ts";
import { test } from "../../harness/test.ts";
import "../../harness/sanitizers.ts";

const START_MS = 1_000_000;
const [WAITING, SERVED, CLOSED] = ["waiting", "served", "closed"].map((state) =>
  STATES.findIndex((one) => one === state)
);

/** The lines of what is kept. */
async function linesOf(kept: LastMinute): Promise<string[]> {
  return (await (await kept.read()).lines.text()).trimEnd().split("\n");
}

test("a minute is kept, and begins with all clients that were there", async () => {
  const run = new FakeRun();
  const kept = new LastMinute(run);
  kept.begin();
  for (let second = 0; second <= 200; second++) {
    const timeMs = START_MS + second * 1_000;
    run.publish(run.frame({
      timeMs,
      isWhole: second === 0,
      peers: [[second, `127.0.0.1:${second}`]],
      // Each client comes, is served a second later, and leaves after 100 seconds.
      changes: [
        [timeMs, second, WAITING, 0],
        ...(second > 0 ? [[timeMs, second - 1, SERVED, 0] as const] : []),
        ...(second >= 100 ? [[timeMs, second - 100, CLOSED, 0] as const] : []),
      ],
    }));
  }
  const { seconds, frames } = await kept.read();
  assertLess(59, seconds);
  assertLess(seconds, 67);
  const [head, ...lines] = await linesOf(kept);
  assertEquals(lines.length, frames);
  assertEquals(JSON.parse(head).hello, await run.hello());
  const history = new History();
  for (const line of lines) history.apply(JSON.parse(line));
  const numbers = [...history.clients].map(({ client }) => client);
  assertEquals(numbers.sort((one, other) => one - other), range(101, 200));
  const peers = new Set([...history.clients].map(({ peer }) => peer));
  assertEquals([peers.size, peers.has("127.0.0.1:101")], [100, true]);
  kept.end();
});

test("what is kept is a recording that replay reads", async () => {
  const run = new FakeRun();
  const kept = new LastMinute(run);
  kept.begin();
  for (let i = 0; i < 300; i++) run.publish(run.frame({ timeMs: START_MS + i * 500 }));
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, (await kept.read()).lines.stream());
    const { frames, leftOut } = await readRecording(path, en);
    assertEquals([frames, leftOut], [(await kept.read()).frames, 0]);
  } finally {
    await Deno.remove(path);
    kept.end();
  }
});

test("however much comes, the memory of what is kept is limited", async () => {
  const maxBytes = 1_000_000;
  const run = new FakeRun();
  const kept = new LastMinute(run, maxBytes);
  kept.begin();
  const text = "说".repeat(1_000);
  let most = 0;
  for (let i = 0; i < 2_000; i++) {
    run.publish(run.frame({ timeMs: START_MS + i * 10, log: [{ en: text, zh: text }] }));
    most = Math.max(most, kept.bytes);
  }
  assertLess(most, maxBytes + 10_000); // one frame more, before the oldest are dropped
  assertGreater(most, maxBytes / 2);
  const lines = await linesOf(kept);
  assert(lines.join("\n").length < maxBytes);
  assert(JSON.parse(lines[1]).isWhole);
  kept.end();
});

Deno.test("nothing is kept while nobody watches", () => {
  const run = new FakeRun();
  const kept = new LastMinute(run);
  run.publish(run.frame({ timeMs: START_MS }));
  assertEquals([run.begun, kept.bytes], [0, 0]);
  kept.begin();
  run.publish(run.frame({ timeMs: START_MS }));
  const { bytes } = kept;
  assertGreater(bytes, 0);
  kept.pause();
  run.publish(run.frame({ timeMs: START_MS + 1 }));
  assertEquals([run.subscribers, kept.bytes], [0, bytes]);
  kept.end();
  assertEquals(kept.bytes, 0);
});

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

test("what is kept begins with what each lane does that has not ended", async () => {
  const [WAIT, , , HANDLE] = ACTIVITIES.keys();
  const ENDED = ACTIVITIES.indexOf("ended");
  const run = new FakeRun();
  const kept = new LastMinute(run);
  kept.begin();
  for (let second = 0; second <= 100; second++) {
    const timeMs = START_MS + second * 1_000;
    run.publish(run.frame({
      timeMs,
      phases: [
        ...(second === 0 ? [[timeMs, 0, WAIT, 0] as const, [timeMs, 1, WAIT, 0] as const] : []),
        ...(second === 5 ? [[timeMs, 0, HANDLE, 7] as const, [timeMs, 1, ENDED, 0] as const] : []),
      ],
    }));
  }
  const [, first] = await linesOf(kept);
  const frame: Frame = JSON.parse(first);
  assertEquals([frame.phases, frame.returns], [[[START_MS + 5_000, 0, HANDLE, 7]], []]);
  kept.end();
});
