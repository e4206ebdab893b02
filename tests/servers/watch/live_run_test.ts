import { en } from "../../../cli/messages/en/mod.ts";
import { zh } from "../../../cli/messages/zh/mod.ts";
import { MODEL_NAMES } from "../../../servers/registry.ts";
import type { ModelName } from "../../../servers/context/context.ts";
import { Controls, createControlsMemory } from "../../../servers/metrics/controls.ts";
import { NOTHING_RARE } from "../../../servers/metrics/rare_recorder.ts";
import { Recorder } from "../../../servers/metrics/recorder.ts";
import { COUNTER, createStatsMemory, openCounters } from "../../../servers/metrics/counters.ts";
import { createTraceMemory, TRACE_EVENT, TraceWriter } from "../../../servers/metrics/trace.ts";
import { Backlog } from "../../../servers/watch/backlog.ts";
import { ACTIVITIES, type Frame, STATES } from "../../../servers/watch/frames.ts";
import { LiveRun } from "../../../servers/watch/live_run.ts";
import type { Usage, UsageWatch } from "../../../servers/watch/usage_watch.ts";
import { assertEquals, assertGreaterOrEqual, assertLess } from "../../harness/assert.ts";
import { encode } from "../../harness/bytes.ts";
import { MODEL_OPTIONS } from "../../harness/model_options.ts";
import { FakeConnection } from "../../harness/fake_connection.ts";
import { test } from "../../harness/test.ts";
import "../../harness/sanitizers.ts";

const ADDRESS = { host: "127.0.0.1", port: 1 };

new Backlog(ADDRESS)[Symbol.dispose](); // what it opens stays open, and no test is to be blamed for it

/** The usage of a server that leaves CPU time to viewers, or none. */
function usage(isCpuScarce: boolean): Pick<UsageWatch, "poll"> {
  const used: Usage = { cpuSeconds: 1, memoryBytes: 1, measuredMs: 1, isCpuScarce };
  return { poll: () => used };
}

/** A run of a server that consists of its memory, and a recorder that writes there like a server. */
function runOf(
  usageWatch: Pick<UsageWatch, "poll">,
  model: ModelName = "select",
): { run: LiveRun; recorder: Recorder; stats: SharedArrayBuffer; trace: TraceWriter } {
  const [stats, trace] = [createStatsMemory(), createTraceMemory()];
  const run = new LiveRun(
    {
      setup: {
        model,
        sockets: "deno",
        handler: { name: "echo", sleepMs: 0, cpuMs: 0 },
        options: MODEL_OPTIONS,
      },
      ...{ stats, trace },
      controls: new Controls(createControlsMemory()),
      messages: en,
      wakeLoop: () => {},
    },
    ADDRESS,
    { en, zh },
    usageWatch,
  );
  const recorder = new Recorder(stats, new TraceWriter(trace), NOTHING_RARE);
  return { run, recorder, stats, trace: new TraceWriter(trace) };
}

/** Follows a run until `count` frames have arrived. */
function framesOf(run: LiveRun, count: number): Promise<Frame[]> {
  const { promise, resolve } = Promise.withResolvers<Frame[]>();
  const frames: Frame[] = [];
  const unsubscribe = run.subscribe((frame) => {
    if (frames.push(frame) < count) return;
    unsubscribe();
    resolve(frames);
  });
  return promise;
}

test("a last frame has what happens between the last poll and the end", async () => {
  const { run, recorder } = runOf(usage(false));
  const frames: Frame[] = [];
  run.subscribe((frame) => frames.push(frame));
  await framesOf(run, 1);
  const beforeMs = Date.now();
  recorder.accepted(new FakeConnection());
  await run.end();
  const [{ timeMs = 0, ...line }] = frames.at(-1)?.log ?? [];
  assertEquals(line, { en: "accepted [::1]:1234", zh: zh.serve.accepted("[::1]:1234") });
  assertGreaterOrEqual(timeMs, beforeMs);
  assertLess(timeMs, Date.now() + 1);
});

test("a viewer's first frame lists the clients that it found, and those that have left since", async () => {
  const { run, recorder } = runOf(usage(false));
  const [early, passing] = [new FakeConnection(1), new FakeConnection(2)];
  recorder.accepted(early);
  await framesOf(run, 1);
  const first = framesOf(run, 1);
  recorder.accepted(passing);
  recorder.received(passing, new Uint8Array(1), 1);
  recorder.closed(passing);
  const [{ isWhole, peers, changes, texts }] = await first;
  await run.end();
  assertEquals([isWhole, peers.map(([number]) => number)], [true, [1, 2]]);
  const states = (client: number) =>
    changes.filter(([, number]) => number === client).map(([, , state]) => STATES[state]);
  assertEquals(states(1), ["waiting"]);
  assertEquals([states(2).at(-1), texts?.map(([, number]) => number)], ["closed", [2]]);
});

test("only a model with a loop has the latency of a loop", async () => {
  for (const model of MODEL_NAMES) {
    const { run } = runOf(usage(false), model);
    const [frame] = await framesOf(run, 1);
    const hello = await run.hello();
    await run.end();
    const isLoop = ["loop", "loops", "sharedThread", "coroutine"].includes(hello.worker);
    assertEquals([hello.hasLoopLatency, frame.loopLatencyMs !== null], [isLoop, isLoop], model);
  }
});

test("messages that are not traced are counted, and the frame says how many", async () => {
  const { run, recorder } = runOf(usage(false));
  const frames = Promise.withResolvers<Frame>();
  run.subscribe((frame) => frame.messages.all > 0 && frames.resolve(frame));
  await framesOf(run, 1);
  const client = new FakeConnection();
  recorder.accepted(client);
  for (let i = 0; i < 1_000; i++) recorder.received(client, new Uint8Array(1), 1);
  const { messages: { all, traced } } = await frames.promise;
  await run.end();
  assertEquals(all, 1_000);
  assertLess(traced, 200);
  assertGreaterOrEqual(traced, 1);
});

test("a message that is counted before its record is there is counted once, and not left out", async () => {
  const { run, stats, trace } = runOf(usage(false));
  await framesOf(run, 2);
  const frames = framesOf(run, 3);
  openCounters(stats, 0)[COUNTER.recvs]++;
  const before = await frames;
  trace.write(TRACE_EVENT.received, 1, encode("::1"), 1_234, 3, encode("two"));
  const after = await framesOf(run, 3);
  await run.end();
  const counts = (of: Frame[]) => of.map(({ messages: { all, traced } }) => [all, traced]);
  assertEquals(counts(before), [[0, 0], [0, 0], [0, 0]]);
  assertEquals(counts(after), [[1, 1], [0, 0], [0, 0]]);
});

test("messages are traced from the moment a viewer comes, not from the next poll on", async () => {
  const { run, recorder } = runOf(usage(false));
  const frames = framesOf(run, 1);
  const client = new FakeConnection();
  recorder.accepted(client);
  recorder.received(client, encode("two"), 3);
  recorder.handled(client.id, encode("two"));
  recorder.sent(client, 3);
  const [{ log, messages }] = await frames;
  await run.end();
  assertEquals(log.map(({ en }) => en).slice(1), [
    'received from [::1]:1234: "two" (3 bytes)',
    'sent to [::1]:1234: "two" (3 bytes)',
  ]);
  assertEquals(messages, { all: 1, traced: 1 });
});

test("a new viewer learns what each lane does, and what is traced stays within the room", async () => {
  const { run, recorder } = runOf(usage(false), "reactors");
  const frames = await framesOf(run, 2);
  const doing = frames[0].phases?.map(([, lane, activity]) => `${lane} ${ACTIVITIES[activity]}`);
  assertEquals([frames[0].isWhole, doing], [true, ["0 accept", "1 wait", "2 wait"]]);
  const seen = framesOf(run, 4);
  await framesOf(run, 1);
  const client = new FakeConnection();
  for (let i = 0; i < 5_000; i++) {
    recorder.wokeUp(2, 1);
    recorder.received(client, new Uint8Array(1), 1);
    recorder.handled(client.id, new Uint8Array(1));
    recorder.sent(client, 1);
  }
  const returns = (await seen).flatMap(({ returns = [] }) => returns);
  await run.end();
  assertGreaterOrEqual(returns.length, 1);
  assertLess(returns.length, 100);
});

test("where CPU time is scarce, there are fewer frames, and fewer still under full load", async () => {
  const tookMs = async (isCpuScarce: boolean, recvs = 0) => {
    const { run, recorder } = runOf(usage(isCpuScarce));
    const client = new FakeConnection();
    const frames: Frame[] = [];
    const told = Promise.withResolvers<void>();
    run.subscribe((frame) => {
      for (let recv = 0; recv < recvs; recv++) recorder.received(client, new Uint8Array(1), 1);
      if (frames.push(frame) === 3) told.resolve();
    });
    await told.promise;
    await run.end();
    return frames[2].timeMs - frames[1].timeMs;
  };
  // A timer is never early, but the clock's milliseconds are whole.
  assertGreaterOrEqual(await tookMs(true), 245);
  assertGreaterOrEqual(await tookMs(true, 20_000), 995);
  // Others may take the processors for a moment.
  for (const [isCpuScarce, recvs, belowMs] of [[false, 20_000, 200], [true, 100, 900]] as const) {
    let ms = Infinity;
    for (let tries = 0; tries < 20 && ms >= belowMs; tries++) ms = await tookMs(isCpuScarce, recvs);
    assertLess(ms, belowMs);
  }
});
