/**
 * Floods whose connections come and go, and what is timed when.
 *
 * @module
 */

import { en } from "../../../cli/messages/en/mod.ts";
import { always } from "../../../clients/flood/messages.ts";
import { describeResults, isFlawless, resultsAsJson } from "../../../clients/flood/results.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
  assertMatch,
} from "../../harness/assert.ts";
import { writeAll } from "../../harness/clients.ts";
import { chunks, echoTarget, outcome, testEachFlood, until } from "../../harness/flood.ts";
import { Target } from "../../harness/target.ts";

/** Nobody hurries them: the flood ends when all clients have had all their connections. */
const EACH = { reconnectAfter: 3, connectionsEach: 5 };

testEachFlood(
  "each connection ends in order after its messages, and is opened anew",
  async (floodOf) => {
    const perConnection: number[] = [];
    let ends = 0;
    await using target = new Target(async (conn, index) => {
      perConnection[index] = 0;
      for await (const chunk of chunks(conn)) {
        perConnection[index]++;
        await writeAll(conn, chunk);
      }
      ends++; // the end of the stream, and not a reset
    });
    const flood = floodOf(target, EACH);
    await flood.run();
    assertEquals(outcome(flood), { opened: 15, refused: 0, served: 15, lost: 0, wrongBytes: 0 });
    const { clients, finished, messagesEchoed, firstAnswers, connectTimes } = flood.measurements;
    assertEquals([clients, finished, messagesEchoed], [3, 15, 45]);
    assertEquals([firstAnswers.count, connectTimes.count], [15, 15]);
    await until(() => ends === 15);
    assertEquals([perConnection, ends], [Array.from({ length: 15 }, () => 3), 15]);
    assert(isFlawless(flood, 3));
  },
);

testEachFlood(
  "without waiting for echoes, connections come and go all the same",
  async (floodOf) => {
    await using target = echoTarget();
    const flood = floodOf(target, { ...EACH, reconnectAfter: 50, wait: false });
    await flood.run();
    assertEquals(outcome(flood), { opened: 15, refused: 0, served: 15, lost: 0, wrongBytes: 0 });
    assertEquals([flood.measurements.finished, flood.measurements.messagesEchoed], [15, 750]);
  },
);

testEachFlood("stopped in the middle, what is open is served to the end", async (floodOf) => {
  let echoes = 0;
  const enough = Promise.withResolvers<void>();
  await using target = echoTarget(() => ++echoes === 100 && enough.resolve());
  const flood = floodOf(target, { reconnectAfter: 1 });
  const running = flood.run();
  await enough.promise;
  flood.stop();
  await running;
  const { opened, served, finished, clients } = flood.measurements;
  assertEquals([served, clients], [opened, 3]);
  assertLessOrEqual(opened - finished, 3);
  assert(isFlawless(flood, 3));
});

testEachFlood(
  "a connection that is lost is counted, and its client opens the next",
  async (floodOf) => {
    await using target = new Target(async (conn, index) => {
      for await (const chunk of chunks(conn)) {
        if (index === 4) return; // closed without an answer
        await writeAll(conn, chunk);
      }
    });
    const flood = floodOf(target, EACH);
    await flood.run();
    assertEquals(outcome(flood), { opened: 15, refused: 0, served: 14, lost: 1, wrongBytes: 0 });
    const { finished, lostUnserved, messagesUnanswered } = flood.measurements;
    assertEquals([finished, lostUnserved, messagesUnanswered], [14, 1, 1]);
    assert(!isFlawless(flood, 3));
  },
);

testEachFlood("wrong bytes are found on a connection that was opened anew", async (floodOf) => {
  await using target = new Target(async (conn, index) => {
    for await (const chunk of chunks(conn)) {
      await writeAll(conn, index === 7 ? chunk.map((byte) => byte ^ 1) : chunk);
    }
  });
  const flood = floodOf(target, EACH);
  await flood.run();
  assertEquals(outcome(flood), { opened: 15, refused: 0, served: 15, lost: 0, wrongBytes: 300 });
});

testEachFlood("where nothing listens any more, the clients end", async (floodOf) => {
  const target = echoTarget();
  const flood = floodOf(target, { reconnectAfter: 1 });
  const running = flood.run();
  await until(() => flood.measurements.finished >= 3);
  await target[Symbol.asyncDispose]();
  await running;
  const { refused, refusedBy: { ECONNREFUSED = 0, ECONNRESET = 0 }, clients } = flood.measurements;
  // A client that is in the backlog when the target ends is reset, and tries once more.
  assertEquals([ECONNREFUSED, ECONNREFUSED + ECONNRESET, clients], [3, refused, 3]);
});

testEachFlood("what comes back may be another thing than what was sent", async (floodOf) => {
  await using target = new Target(async (conn) => {
    const answer = new TextEncoder().encode("0123456789");
    for await (const _ of chunks(conn)) await writeAll(conn, answer);
  });
  const digits = always("0123456789");
  const asked = { ...EACH, reconnectAfter: 1, messageSet: always("10\n") };
  const flood = floodOf(target, { ...asked, replySet: digits });
  await flood.run();
  assertEquals(outcome(flood), { opened: 15, refused: 0, served: 15, lost: 0, wrongBytes: 0 });
  assertEquals([flood.measurements.bytesSent, flood.measurements.bytesReceived], [45, 150]);
  const other = floodOf(target, { ...asked, replySet: always("0123456780") });
  await other.run();
  assertEquals(other.measurements.wrongBytes, 15);
});

testEachFlood("a rate and a limit of connections hold over all of them", async (floodOf) => {
  await using target = echoTarget();
  const rate = { rate: 50, durationMs: 1_000 };
  const rated = floodOf(target, { reconnectAfter: 2, ...rate });
  const plain = floodOf(target, rate); // opens its connections once, on the same machine
  await Promise.all([rated.run(), plain.run()]);
  // One is due on each every 20 ms, or one more or less at either end. Those that a busy machine did not send
  // count, as does the time by which it ended a flood too late.
  const [due, dueOfPlain] = [rated, plain].map(({ measurements }) =>
    measurements.messagesSent + measurements.messagesNotSent
  );
  assertLessOrEqual(due, 3 * (rated.elapsedMs / 20 + 2));
  assertGreater(dueOfPlain, 30);
  assertGreater(due, dueOfPlain * 0.75);
  assertGreater(rated.measurements.opened, 3);
  const beganMs = performance.now();
  const limited = floodOf(target, { reconnectAfter: 1, connectionsEach: 4, connectRate: 100 });
  await limited.run();
  assertGreaterOrEqual(performance.now() - beganMs, 109);
  assertEquals(limited.measurements.finished, 12);
});

testEachFlood("a pause between messages is one between connections, too", async (floodOf) => {
  await using target = echoTarget();
  const flood = floodOf(target, { reconnectAfter: 1, connectionsEach: 3, thinkMs: 30 });
  const beganMs = performance.now();
  await flood.run();
  assertGreaterOrEqual(performance.now() - beganMs, 59);
  assertEquals(flood.measurements.finished, 9);
});

testEachFlood("connections per second and first answers stand in the results", async (floodOf) => {
  await using target = echoTarget();
  const flood = floodOf(target, EACH);
  await flood.run();
  const wanted = { conns: 3, rate: Infinity, reconnectAfter: 3, sockets: "deno" } as const;
  const text = describeResults(flood, wanted, en).join("\n");
  assertMatch(text, /^come and go +15 connections closed after 3 messages, [\d,]+\/s$/m);
  assertMatch(text, /^first answer +50 % .* max /m);
  const { finished, connectionsPerSecond, firstAnswerMs, elapsedMs, connectTimeMs } = JSON.parse(
    resultsAsJson(flood, wanted),
  );
  assertEquals(finished, 15);
  assertLess(Math.abs(connectionsPerSecond - 15_000 / elapsedMs), connectionsPerSecond / 5 + 1);
  assertLessOrEqual(firstAnswerMs.p50, firstAnswerMs["p99.9"]);
  assertLess(connectTimeMs.p50, firstAnswerMs.max);
});

testEachFlood(
  "it warms up when every connection was answered once, however late",
  async (floodOf) => {
    const isLast = Promise.withResolvers<void>();
    let echoes = 0;
    await using target = new Target(async (conn, index) => {
      if (index === 2) await isLast.promise;
      for await (const chunk of chunks(conn)) {
        echoes++;
        await writeAll(conn, chunk);
      }
    });
    const flood = floodOf(target, { settleMs: 60_000, thinkMs: 1 });
    const running = flood.run();
    let isWarm = false;
    flood.warm.then(() => isWarm = true);
    await until(() => flood.measurements.served === 2);
    const wasWarm = isWarm;
    const before = echoes; // those that were answered wait for the last one
    isLast.resolve();
    await flood.warm;
    await until(() => flood.measurements.messagesEchoed > 3);
    flood.stop();
    await running;
    assertEquals([wasWarm, before, flood.measurements.answered, flood.measurements.served], [
      false,
      2,
      3,
      3,
    ]);
    assertGreater(flood.measurements.messagesEchoed, 3);
  },
);

testEachFlood("it waits for first answers no longer than it is told", async (floodOf) => {
  await using target = new Target(async (conn, index) => {
    if (index === 2) {
      return void await conn.read(new Uint8Array(1_000)).then(() => conn.read(new Uint8Array(1)));
    }
    for await (const chunk of chunks(conn)) await writeAll(conn, chunk);
  });
  const flood = floodOf(target, { settleMs: 200, durationMs: 50, thinkMs: 1, lastEchoesMs: 50 });
  const beganMs = performance.now();
  await flood.run();
  assertGreaterOrEqual(performance.now() - beganMs, 249);
  assertEquals([flood.measurements.answered, flood.measurements.served], [2, 2]);
  assertLess(flood.elapsedMs, performance.now() - beganMs - 199);
});

testEachFlood("who was lost or refused is waited for no longer", async (floodOf) => {
  await using target = new Target(async (conn, index) => {
    if (index === 1) return;
    for await (const chunk of chunks(conn)) await writeAll(conn, chunk);
  });
  const flood = floodOf(target, { settleMs: 100_000, durationMs: 50, thinkMs: 1 });
  await flood.run();
  const { answered, lostUnserved } = flood.measurements;
  assertEquals([answered, lostUnserved], [2, 1]);
});

testEachFlood(
  "a server may close a connection that has had all its messages before its client does",
  async (floodOf) => {
    await using target = new Target(async (conn) => {
      for await (const chunk of chunks(conn)) {
        await writeAll(conn, chunk);
        return; // closes it
      }
    });
    const flood = floodOf(target, { reconnectAfter: 1, connectionsEach: 20 });
    await flood.run();
    assertEquals(outcome(flood), { opened: 60, refused: 0, served: 60, lost: 0, wrongBytes: 0 });
    assertEquals([flood.measurements.finished, flood.measurements.messagesSent], [60, 60]);
    assert(isFlawless(flood, 3));
  },
);
