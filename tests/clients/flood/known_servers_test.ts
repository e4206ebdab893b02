/**
 * What a flood says of servers whose behavior is known. Where the machine may be busy, the server
 * itself has measured or counted what it did, and the flood is compared with that.
 *
 * @module
 */

import { createServer, type Socket } from "node:net";
import { Durations } from "../../../clients/flood/durations.ts";
import { always, ofSize } from "../../../clients/flood/messages.ts";
import { isFlawless } from "../../../clients/flood/results.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
} from "../../harness/assert.ts";
import { canReset, writeAll } from "../../harness/clients.ts";
import { chunks, echoTarget, runUntil, testEachFlood, until } from "../../harness/flood.ts";
import { Target } from "../../harness/target.ts";
import "../../harness/sanitizers.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The mean of durations, of which only percentiles are told. */
function meanMs(durations: Durations): number {
  const steps = 1_000;
  const all = Array.from(
    { length: steps },
    (_, step) => durations.percentileMs((step + 0.5) / steps * 100),
  );
  return all.reduce((sum, ms) => sum + ms) / steps;
}

for (const model of [{}, { totalRate: 150 }]) {
  const how = "totalRate" in model ? "at a total rate" : "in a closed loop";
  testEachFlood(`answers after 20 ms take 20 ms ${how}`, async (floodOf) => {
    const held = new Durations();
    await using slow = new Target(async (conn) => {
      for await (const chunk of chunks(conn)) {
        const cameMs = performance.now();
        await sleep(20);
        await writeAll(conn, chunk);
        held.record(performance.now() - cameMs);
      }
    });
    await using quick = echoTarget();
    // Each connection needs an answer before the end, or the flood gives it up; a busy machine begins late.
    const flood = floodOf(slow, { conns: 5, durationMs: 1_000, ...model });
    // Meanwhile another flood tells what the machine adds, however busy it is.
    const baseline = floodOf(quick, { conns: 5, totalRate: 150 });
    const running = baseline.run();
    await flood.run();
    baseline.stop();
    await running;
    const { roundTrips, messagesEchoed, messagesSent, messagesNotSent } = flood.measurements;
    assertEquals([messagesEchoed, roundTrips.count], [
      messagesSent,
      messagesSent + messagesNotSent,
    ]);
    // The server has sent an answer before it writes down how long it held it.
    await until(() => held.count >= messagesSent);
    assertEquals(held.count, messagesSent);
    assertGreaterOrEqual(roundTrips.percentileMs(10), held.percentileMs(0) - 0.1);
    for (const [percentile, own] of [[50, 90], [90, 99]]) {
      const heldMs = held.percentileMs(percentile);
      const ownMs = baseline.measurements.roundTrips.percentileMs(own);
      assertLessOrEqual(roundTrips.percentileMs(percentile), heldMs * 1.2 + 4 * ownMs);
    }
    if (!("totalRate" in model)) {
      // Little's law, with the mean: a pause that the machine makes lengthens a few, and does not move the median.
      const perSecond = messagesEchoed / flood.elapsedMs * 1_000;
      assertLess(Math.abs(perSecond * meanMs(roundTrips) / 5_000 - 1), 0.5);
    }
  }, { threads: [2] });
}

testEachFlood("a stall shows in all that was due meanwhile, at a total rate", async (floodOf) => {
  const RATE = 200;
  let stallMs = 0;
  let stalled: Promise<void> | undefined;
  const stall = async () => {
    const beganMs = performance.now();
    await sleep(400);
    stallMs = performance.now() - beganMs;
  };
  let messages = 0;
  await using target = new Target(async (conn) => {
    for await (const chunk of chunks(conn)) {
      if (++messages >= 40) await (stalled ??= stall());
      await writeAll(conn, chunk);
    }
  });
  // A busy machine may begin late with it, and needs time for what was due meanwhile.
  const flood = floodOf(target, { conns: 5, totalRate: RATE, durationMs: 1_500 });
  await flood.run();
  const { roundTrips, messagesSent, messagesNotSent, messagesLate } = flood.measurements;
  const due = messagesSent + messagesNotSent;
  assertLess(Math.abs(due - RATE * flood.elapsedMs / 1_000), 2);
  assertEquals(roundTrips.count, due);
  assertGreaterOrEqual(roundTrips.percentileMs(100), stallMs - 1);
  // One is due every 5 ms: so many have waited for at least so long.
  for (const waitedMs of [300, 200, 100]) {
    const waited = (stallMs - waitedMs) / 1_000 * RATE - 1;
    assertGreaterOrEqual(roundTrips.percentileMs(100 * (1 - waited / due)), waitedMs);
  }
  // All connections but five messages waited for one that was free.
  assertGreaterOrEqual(messagesLate, (stallMs - 20) / 1_000 * RATE - 6);
  assert(isFlawless(flood, 5), "nothing was lost");
}, { threads: [2] });

testEachFlood("each 100th that a server drops is told as open", async (floodOf) => {
  const message = "always the same";
  let [messages, dropped] = [0, 0];
  const over = Promise.withResolvers<void>();
  await using target = new Target(async (conn) => {
    let part = 0;
    for await (const chunk of chunks(conn)) {
      part += chunk.length;
      while (part >= message.length) {
        part -= message.length;
        if (++messages % 100 === 0) dropped++;
        else await writeAll(conn, new TextEncoder().encode(message));
      }
    }
    await over.promise;
  });
  const flood = floodOf(target, {
    ...{ conns: 10, totalRate: 1_000, wait: false, lastEchoesMs: 500 },
    messageSet: always(message),
  });
  await runUntil(flood, () => messages >= 450);
  over.resolve();
  const { messagesSent, messagesEchoed, messagesOpen, openAges, lost, unanswered } =
    flood.measurements;
  assertGreaterOrEqual(dropped, 4);
  assertEquals(messages, messagesSent);
  assertEquals([messagesSent - messagesEchoed, messagesOpen, openAges.count], [
    dropped,
    dropped,
    dropped,
  ]);
  assertGreaterOrEqual(openAges.percentileMs(0), 0);
  assertEquals(lost, 0, "what is open is not lost");
  assertGreater(unanswered, 0);
}, { threads: [2] });

testEachFlood("each 50th that a server resets is told, and opened again", async (floodOf) => {
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  let [messages, resets] = [0, 0];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("data", (chunk) => {
      if (++messages % 50 === 0) {
        resets++;
        socket.resetAndDestroy();
      } else socket.write(chunk);
    }).on("error", () => {}).on("close", () => sockets.delete(socket));
  }).listen(0, "127.0.0.1", resolve);
  await listening;
  const address = server.address();
  assert(address !== null && typeof address === "object");
  const flood = floodOf(address, {
    ...{ conns: 5, totalRate: 400, reconnect: true },
  });
  const beganMs = performance.now();
  await runUntil(flood, () => messages >= 300);
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  const { lost, lostBy, firstLostMs, reopened, outages, opened, messagesUnanswered } =
    flood.measurements;
  assertGreaterOrEqual(resets, 4);
  assertEquals([lost, lostBy], [resets, { reset: resets }]);
  assertEquals(messagesUnanswered, resets);
  assertEquals([opened, outages.count], [5 + reopened, reopened]);
  assertGreaterOrEqual(reopened, resets - 5);
  assertGreater(firstLostMs.reset, 50);
  assertLess(firstLostMs.reset, performance.now() - beganMs);
}, { ignore: !canReset, threads: [2] });

testEachFlood("bytes that a server sends twice are wrong bytes", async (floodOf) => {
  let [messages, twice] = [0, 0];
  await using target = new Target(async (conn) => {
    for await (const chunk of chunks(conn)) {
      if (++messages % 20 !== 0) {
        await writeAll(conn, chunk);
        continue;
      }
      twice += chunk.length;
      await writeAll(conn, new Uint8Array([...chunk, ...chunk]));
    }
  });
  const options = { totalRate: 500, messageSet: ofSize(60) };
  const flood = floodOf(target, options);
  await runUntil(flood, () => twice >= 6 * 60);
  const { wrongBytes, messagesEchoed, messagesSent } = flood.measurements;
  assertEquals([wrongBytes, messagesEchoed], [twice, messagesSent]);
}, { threads: [2] });
