import { ofSize } from "../../../clients/flood/messages.ts";
import { isFlawless } from "../../../clients/flood/results.ts";
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
} from "../../harness/assert.ts";
import { writeAll } from "../../harness/clients.ts";
import {
  afterEach,
  chunks,
  echoTarget,
  FLAWLESS,
  outcome,
  runUntil,
  testEachFlood,
  until,
} from "../../harness/flood.ts";
import { Target } from "../../harness/target.ts";
import "../../harness/sanitizers.ts";

testEachFlood(
  "a flood ends by itself when its time is over, and when it is stopped twice",
  async (floodOf) => {
    const hungry = async (conn: Deno.TcpConn) => {
      let answered = false;
      for await (const chunk of chunks(conn)) {
        if (!answered) await writeAll(conn, chunk);
        answered = true; // and owes the rest for ever
      }
    };
    await using target = new Target(hungry);
    const timed = floodOf(target, { durationMs: 50, lastEchoesMs: 50 });
    const startedMs = performance.now();
    await timed.run();
    assertGreaterOrEqual(performance.now() - startedMs, 49);
    assertGreaterOrEqual(timed.elapsedMs, 49);
    // It has not lost them: they are open, and wait for an answer.
    assertEquals(timed.measurements.unanswered, outcome(timed).served);

    await using other = new Target(hungry);
    const stopped = floodOf(other, { lastEchoesMs: 50 });
    const running = stopped.run();
    await until(() => stopped.measurements.served === 3);
    stopped.stop();
    stopped.stop();
    await running;
    assertEquals(outcome(stopped), FLAWLESS);
    assertEquals(stopped.measurements.unanswered, 3);
    assert(!isFlawless(stopped, 3));
  },
);

testEachFlood("a flood waits at the end for what it is still owed", async (floodOf) => {
  const enough = afterEach(2, () => flood.stop());
  await using target = new Target(async (conn, index) => {
    for await (const chunk of chunks(conn)) {
      enough(index);
      // The flood has been stopped before the last of these is sent.
      await new Promise((resolve) => setTimeout(resolve, 10));
      await writeAll(conn, chunk);
    }
  });
  const flood = floodOf(target);
  await flood.run();
  assertEquals(outcome(flood), FLAWLESS);
  assertEquals(flood.measurements.messagesEchoed, flood.measurements.messagesSent);
});

testEachFlood(
  "a flood with a rate shows a stall in all messages that were due meanwhile",
  async (floodOf) => {
    const RATE = 200;
    const STALL_MS = 300;
    const MESSAGES = 100;
    let echoed = 0;
    await using target = new Target(async (conn) => {
      for await (const chunk of chunks(conn)) {
        if (echoed === 10) await new Promise((resolve) => setTimeout(resolve, STALL_MS));
        await writeAll(conn, chunk);
        if (++echoed === MESSAGES) flood.stop();
      }
    });
    const flood = floodOf(target, { conns: 1, rate: RATE, messageSet: ofSize(10) });
    await flood.run();
    const { roundTrips, messagesEchoed } = flood.measurements;
    assertGreaterOrEqual(messagesEchoed, MESSAGES);
    // 60 messages were due while it stalled, one every 5 ms; the first waited for all of it.
    assertGreaterOrEqual(roundTrips.percentileMs(100), STALL_MS - 1);
    for (const waitedMs of [250, 150, 50]) {
      const waited = (STALL_MS - waitedMs) / 1_000 * RATE - 1;
      // What a busy machine was about to send at the end counts, too.
      const percentile = 100 * (1 - waited / roundTrips.count);
      assertGreaterOrEqual(roundTrips.percentileMs(percentile), waitedMs, `the last ${waited}`);
    }
  },
);

testEachFlood("a flood with a rate sends no more than that", async (floodOf) => {
  await using target = echoTarget();
  const flood = floodOf(target, { rate: 100 });
  await runUntil(flood, () => {
    const { served, messagesEchoed } = flood.measurements;
    return served === 3 && messagesEchoed >= 60;
  });
  // Each connection sends its first within an interval, and then one at each.
  const max = 3 * (1 + flood.elapsedMs / 10);
  assertLessOrEqual(flood.measurements.messagesSent, max);
  assertEquals(outcome(flood), FLAWLESS);
});

testEachFlood("a flood opens so many connections a second", async (floodOf) => {
  const opened: number[] = [];
  const enough = afterEach(1, () => flood.stop());
  await using target = new Target(async (conn, index) => {
    opened.push(performance.now());
    enough(index);
    for await (const chunk of chunks(conn)) await writeAll(conn, chunk);
  });
  const flood = floodOf(target, { connectRate: 20 });
  const startedMs = performance.now();
  await flood.run();
  assertEquals(opened.length, 3);
  assertGreaterOrEqual(opened[2] - startedMs, 99);
});

testEachFlood("a flood thinks between an echo and the next message", async (floodOf) => {
  const enough = afterEach(3, () => flood.stop());
  await using target = echoTarget(enough);
  const flood = floodOf(target, { thinkMs: 20 });
  const startedMs = performance.now();
  await flood.run();
  assertGreaterOrEqual(performance.now() - startedMs, 39);
  assertEquals(outcome(flood), FLAWLESS);
});

const WARMUP_MS = 200;

testEachFlood("what is sent in the warm-up is served, but not measured", async (floodOf) => {
  let [echoes, beganMs] = [0, 0];
  const isFirst = Promise.withResolvers<number>();
  await using target = echoTarget(() => {
    echoes++;
    isFirst.resolve(performance.now() - beganMs);
  });
  const flood = floodOf(target, { warmupMs: WARMUP_MS, thinkMs: 5 });
  beganMs = performance.now();
  const running = flood.run();
  await flood.warm;
  await until(() => flood.measurements.messagesEchoed > 0);
  flood.stop();
  await running;
  const withWarmUpMs = performance.now() - beganMs;
  const { measurements: { messagesEchoed, roundTrips, lastServedMs }, elapsedMs } = flood;
  assertEquals(outcome(flood), FLAWLESS);
  assertLess(0, messagesEchoed);
  // On a busy machine, the warm-up may be over before anything was sent.
  if (await isFirst.promise < WARMUP_MS / 2) assertLess(messagesEchoed, echoes);
  assertEquals(roundTrips.count, messagesEchoed);
  assertLess(elapsedMs, withWarmUpMs - (WARMUP_MS - 1));
  assertLess(0, lastServedMs);
});

testEachFlood("a warm-up ends though connections are lost in it", async (floodOf) => {
  await using target = new Target(async (conn, index) => {
    if (index === 0) return;
    for await (const chunk of chunks(conn)) await writeAll(conn, chunk);
  });
  // With two threads, each has one of the connections.
  const flood = floodOf(target, { conns: 2, warmupMs: 300, thinkMs: 5 });
  const running = flood.run();
  await flood.warm;
  flood.stop();
  await running;
  const { served, lost } = flood.measurements;
  assertEquals([served, lost], [1, 1]);
});

testEachFlood("a flood whose connections are lost while they think is over", async (floodOf) => {
  await using target = new Target(async (conn) => {
    for await (const chunk of chunks(conn)) return await writeAll(conn, chunk);
  });
  const flood = floodOf(target, { thinkMs: 1_000_000 });
  await flood.run();
  assertEquals(outcome(flood), { ...FLAWLESS, lost: 3 });
});
