/**
 * What the lanes of real servers do, as the frames of a recording say it.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import type { Frame } from "../../servers/watch/frames.ts";
import { assert, assertEquals, assertLess, assertLessOrEqual } from "../harness/assert.ts";
import { exchange, readExactly, readToEnd, writeAll } from "../harness/clients.ts";
import { encode } from "../harness/bytes.ts";
import { interrupted } from "../harness/interrupted.ts";
import { Server } from "../harness/playground.ts";
import { Recorded, type Span, spansOf, wordsOf } from "../harness/recorded.ts";
import { test } from "../harness/test.ts";

const KINDS = hasSystemCalls() ? ["deno", "libc"] : ["deno"];

/** A client comes, gets an answer, and leaves. */
async function visit(server: Server): Promise<void> {
  const client = await server.connect();
  assertEquals(await exchange(client, "hello"), "hello");
  await client.closeWrite();
  await readToEnd(client);
  client.close();
}

/** Whether words contain others, in this order. */
function assertInOrder(words: readonly string[], wanted: readonly string[]): void {
  let at = 0;
  for (const word of words) if (word === wanted[at]) at++;
  assertEquals(at, wanted.length, `${wanted.join(", ")} in ${words.join(", ")}`);
}

/** How many threads or processes have ended. */
function endedLanes(frames: readonly Frame[]): number {
  return spansOf(frames).filter((spans) => spans.at(-1)?.activity === "ended").length;
}

for (const sockets of KINDS) {
  test(`blocking on ${sockets}: the server accepts, receives, handles and sends`, async () => {
    await using recorded = await Recorded.start(["blocking", "--sockets", sockets]);
    await visit(recorded.server);
    await visit(recorded.server);
    const [server] = spansOf(await recorded.end());
    assertInOrder(wordsOf(server), [
      ...["accept", "recv #1", "handle #1", "send #1", "recv #1"],
      ...["accept", "recv #2", "handle #2", "send #2", "recv #2", "accept"],
    ]);
  });

  test(`process on ${sockets}: six clients in turn are six lanes, with their ends`, async () => {
    await using recorded = await Recorded.start(["process", "--sockets", sockets]);
    for (let client = 1; client <= 6; client++) await visit(recorded.server);
    await recorded.until((frames) => endedLanes(frames) === 6);
    const frames = await recorded.end();
    const [server, ...processes] = spansOf(frames);
    assertInOrder(wordsOf(server), ["accept", "dispatch #1", "accept", "dispatch #2", "accept"]);
    assertEquals(processes.length, 6);
    processes.forEach((spans, index) => {
      const words = wordsOf(spans);
      assertInOrder(words, [`recv #${index + 1}`, `handle #${index + 1}`, `send #${index + 1}`]);
      assertEquals([words[0], words.at(-1)], [`recv #${index + 1}`, "ended"]);
    });
    const pids = new Map(frames.flatMap(({ pids = [] }) => pids));
    assertEquals([...pids.keys()], [1, 2, 3, 4, 5, 6]);
    assertEquals(new Set(pids.values()).size, 6);
  });

  test(`thread on ${sockets}: a thread that is not kept ends with its client`, async () => {
    const args = ["thread", "--keep", "0", "--sockets", sockets];
    await using recorded = await Recorded.start(args);
    await visit(recorded.server);
    await visit(recorded.server);
    // A stop does not wait for threads that have nobody to serve.
    const [server, ...threads] = spansOf(
      await recorded.until((frames) => endedLanes(frames) === 2),
    );
    assertInOrder(wordsOf(server), ["accept", "dispatch #1", "accept", "dispatch #2", "accept"]);
    assertEquals(threads.map((spans) => wordsOf(spans).at(-1)), ["ended", "ended"]);
    threads.forEach((spans, index) =>
      assertInOrder(wordsOf(spans), [`recv #${index + 1}`, `handle #${index + 1}`, "ended"])
    );
  });

  for (const model of ["select", "epoll", "gevent"]) {
    test(`${model} on ${sockets}: the loop waits, and works in turn for its clients`, async () => {
      await using recorded = await Recorded.start([model, "--sockets", sockets]);
      const clients = [];
      for (let count = 0; count < 3; count++) clients.push(await recorded.server.connect());
      // A coroutine of a new client receives before it waits; the second message it waits for.
      for (const client of [...clients, ...clients]) await exchange(client, "hello");
      for (const client of clients) client.close();
      const frames = await recorded.end();
      const [loop, ...others] = spansOf(frames);
      assertEquals(others, []);
      // Their numbers are those of the backlog, in which they may have been seen together.
      const numbers = loop.filter(({ activity }) => activity === "recv").map(({ client }) =>
        client
      );
      const served = [...new Set(numbers)];
      assertEquals(served.toSorted(), [1, 2, 3]);
      const works = served.flatMap((n) => ["wait", `recv #${n}`, `handle #${n}`, `send #${n}`]);
      assertInOrder(wordsOf(loop), [...works, "wait"]);
      const returns = frames.flatMap(({ returns = [] }) => returns);
      // A call that scans looks at all of them, the listener too; epoll only at those that are ready.
      const scans = returns.some(([, , scanned, ready]) => scanned >= 4 && ready === 1);
      assertEquals(scans, model === "select");
      for (const [, , scanned, ready] of returns) assertLessOrEqual(ready, scanned);
    });
  }
}

test("workers: each process has a loop that waits, with its pid", async () => {
  await using recorded = await Recorded.start(["workers", "--workers", "2"]);
  await visit(recorded.server);
  const frames = await recorded.end();
  const [server, ...loops] = spansOf(frames);
  assertEquals(wordsOf(server), ["wait"]);
  assertEquals(loops.length, 2);
  const served = loops.find((spans) => spans.some(({ client }) => client === 1));
  assertInOrder(wordsOf(served), ["wait", "accept #1", "wait", "recv #1", "handle #1", "send #1"]);
  const pids = new Map(frames.flatMap(({ pids = [] }) => pids));
  assert((pids.get(served?.[0].lane ?? 0) ?? 0) > 0);
}, { ignore: !hasSystemCalls() });

test(
  "workers: the lane of a process that is killed ends, and another process takes it",
  async () => {
    await using recorded = await Recorded.start(["workers", "--workers", "1"]);
    await visit(recorded.server);
    const pidOf = (frames: Frame[]) => new Map(frames.flatMap(({ pids = [] }) => pids)).get(1) ?? 0;
    const killed = pidOf(await recorded.until((frames) => pidOf(frames) > 0));
    Deno.kill(killed, "SIGKILL");
    await recorded.until((frames) => pidOf(frames) !== killed);
    await visit(recorded.server);
    const [, loop] = spansOf(await recorded.end());
    assertInOrder(wordsOf(loop), ["handle #1", "ended", "wait", "accept #2", "handle #2"]);
  },
  { ignore: !hasSystemCalls() },
);

for (const model of ["select", "thread", "blocking"]) {
  test(`${model}: while the handler burns CPU, its lane says so, live`, async () => {
    await using recorded = await Recorded.start([model, "--cpu", "1000"]);
    using client = await recorded.server.connect();
    await writeAll(client, encode("hello"));
    const answer = readExactly(client, 5);
    const doing = (frames: Frame[]) => spansOf(frames).map((spans) => spans.at(-1)?.activity);
    /** A frame at which it was still busy, however late a busy machine lets this test look. */
    const liveFrame = (frames: Frame[]) =>
      frames.find((_, index) => doing(frames.slice(0, index + 1)).includes("handle"));
    await recorded.until((frames) => liveFrame(frames) !== undefined);
    await answer;
    const frames = await recorded.until((frames) => !doing(frames).includes("handle"));
    const burnt = spansOf(frames).flat().filter(({ activity }) => activity === "handle");
    const longestMs = Math.max(...burnt.map(({ fromMs, untilMs }) => untilMs - fromMs));
    assertLess(990, longestMs);
    assertLess(liveFrame(frames)?.timeMs ?? NaN, Math.max(...burnt.map(({ untilMs }) => untilMs)));
  });
}

for (const sockets of KINDS) {
  test(`select, thread and gevent on ${sockets}: what is sent is in the log, as text`, async () => {
    for (const [model, ...flags] of [["select"], ["thread"], ["gevent", "--sleep", "20"]]) {
      const serve = [model, "--sockets", sockets, "--handler", "upper", ...flags];
      await using recorded = await Recorded.start(serve);
      using client = await recorded.server.connect();
      assertEquals(await exchange(client, "hello"), "HELLO");
      const line = /^sent to 127.0.0.1:\d+: "HELLO" \(5 bytes\)$/;
      const frames = await recorded.until((frames) =>
        frames.some(({ log }) => log.some(({ en }) => en.startsWith("sent to")))
      );
      assert(frames.some(({ log }) => log.some(({ en }) => line.test(en))), model);
      const texts = frames.flatMap(({ texts = [] }) => texts.map(([, , text]) => text));
      assertEquals(texts, ["hello", "HELLO"], model);
    }
  });
}

/** For how long a server is held up. */
const BLOCKED_MS = 1_000;

const HELD_MODELS = [
  ["select", "deno"],
  ["thread", "deno"],
  ...hasSystemCalls()
    ? ["select", "blocking", "thread", "process", "gevent", "reuseport"].map((one) => [one, "libc"])
    : [],
];

for (const [model, sockets] of HELD_MODELS) {
  test(`${model} on ${sockets}: a lane that is held up says so, and then goes on`, async () => {
    await using recorded = await Recorded.start([model, "--sockets", sockets, "--watch", "0"]);
    const { address } = await recorded.server.event("watching");
    const { origin, searchParams } = new URL(String(address));
    using client = await recorded.server.connect();
    assertEquals(await exchange(client, "hello"), "hello");
    const headers = { authorization: `Bearer ${searchParams.get("token")}` };
    const body = JSON.stringify({ do: "block", ms: BLOCKED_MS });
    const isHeld = ({ activity }: Span) => activity === "held";
    let frames: Frame[] = [];
    // On a busy machine the time may be over before the lane comes to its next event: then once more.
    for (let answers = 2; !spansOf(frames).flat().some(isHeld); answers++) {
      const beganMs = performance.now();
      await (await fetch(`${origin}/control`, { method: "POST", headers, body })).body?.cancel();
      assertEquals(await exchange(client, "hello"), "hello");
      assertLess(BLOCKED_MS - 10, performance.now() - beganMs);
      frames = await recorded.until((frames) => {
        const lanes = spansOf(frames);
        const sent = lanes.flat().filter(({ activity }) => activity === "send").length;
        return sent >= answers && !lanes.some((spans) => isHeld(spans[spans.length - 1]));
      });
    }
    const spans = spansOf(frames).flat();
    assertEquals(spans.filter(({ activity }) => activity === "untraced"), []);
    for (const { fromMs, untilMs } of spans.filter(isHeld)) assertLess(fromMs, untilMs);
  });
}

for (const [model, ...flags] of [["epoll"], ["thread", "--spare", "4"]]) {
  test(`${model}: under load, what is left out is said, and afterwards its lanes wait`, async () => {
    await using recorded = await Recorded.start([model, ...flags, "--quiet"]);
    const messagesOf = (frames: Frame[]) =>
      frames.map(({ messages }) => messages).reduce((sum, one) => ({
        all: sum.all + one.all,
        traced: sum.traced + one.traced,
      }));
    const isLeftOut = (frames: Frame[]) => {
      const { all, traced } = messagesOf(frames);
      return traced < all;
    };
    const unknown = (frames: Frame[]) =>
      spansOf(frames).flat().filter(({ activity }) => activity === "untraced");
    const flood = await interrupted(
      [
        ...["flood", "--port", `${recorded.server.port}`, "--conns", "4", "--duration", "0"],
        ...["--no-think", "--quiet"],
      ],
      // What is left out first may belong to no message.
      recorded.until((frames) => unknown(frames).length > 0 && isLeftOut(frames)),
    );
    assertEquals(flood.code, 0);
    const areIdle = (frames: Frame[]) =>
      spansOf(frames).every((spans) =>
        ["wait", "accept", "ended"].includes(spans.at(-1)?.activity ?? "")
      );
    const frames = await recorded.until(areIdle);
    assert(isLeftOut(frames));
    const lanes = unknown(frames).map(({ lane }) => lane > 0);
    assertEquals(new Set(lanes), new Set([model === "thread"]));
    // Records of steps stay within what a frame wants, too.
    for (const { returns = [] } of frames) assertLessOrEqual(returns.length, 128);
  });
}

test("the times of different processes and threads are of one clock", async () => {
  for (const model of hasSystemCalls() ? ["process", "thread"] : ["thread"]) {
    await using recorded = await Recorded.start([model, "--sockets", KINDS.at(-1) ?? "deno"]);
    for (let count = 0; count < 3; count++) await visit(recorded.server);
    const frames = await recorded.end();
    const [server, ...workers] = spansOf(frames);
    for (const { activity, client, fromMs } of server) {
      if (activity !== "dispatch") continue;
      const begun = workers.flat().find((span) =>
        span.client === client && span.activity === "recv"
      );
      // Each clock is within a millisecond of the system's.
      assertLess(fromMs - 1, begun?.fromMs ?? 0);
    }
    const fractions = workers.flat().map(({ fromMs }) => fromMs % 1);
    assert(fractions.some((fraction) => fraction !== 0));
    for (const { timeMs, phases = [] } of frames) {
      for (const [fromMs] of phases) assertLess(fromMs, timeMs + 1);
    }
  }
});

test("a server that polls counts each round, and traces few of those that find nothing", async () => {
  for (const sockets of KINDS) {
    await using recorded = await Recorded.start(["nonblocking", "--sockets", sockets]);
    const frames = await recorded.until((frames) => (frames.at(-1)?.totals.wakeUps ?? 0) > 1_000);
    const { scanned, wakeUps } = frames.at(-1)!.totals;
    assertLessOrEqual(wakeUps, scanned); // the listener, at least
    const returns = frames.flatMap(({ returns = [] }) => returns);
    assertLessOrEqual(returns.length, frames.length);
    assertEquals(wordsOf(spansOf(frames)[0]), ["recv"]);
  }
});

test("a loop that the view has woken has not returned", async () => {
  for (const sockets of KINDS) {
    await using recorded = await Recorded.start(["select", "--sockets", sockets]);
    const frames = await recorded.until((frames) => frames.length > 8);
    assert(frames.every(({ loopLatencyMs }) => loopLatencyMs !== null));
    assertLessOrEqual(frames.at(-1)?.totals.wakeUps ?? 0, 1);
  }
});
