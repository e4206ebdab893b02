/**
 * Floods with one rate for all connections together, and what they say of loops that are closed.
 *
 * @module
 */

import { en } from "../../../cli/messages/en/mod.ts";
import { describeFindings, findingsAsJson } from "../../../clients/flood/findings.ts";
import { stagesFlag } from "../../../clients/flood/flags.ts";
import { RateProfile } from "../../../clients/flood/rate_profile.ts";
import { describeResults, isFlawless, resultsAsJson } from "../../../clients/flood/results.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertStringIncludes,
} from "../../harness/assert.ts";
import { writeAll } from "../../harness/clients.ts";
import { chunks, echoTarget, runUntil, testEachFlood, until } from "../../harness/flood.ts";
import { Target } from "../../harness/target.ts";
import "../../harness/sanitizers.ts";

testEachFlood("sent is rate × time, at 1,500, 999, 333 and 7 a second", async (floodOf) => {
  await using target = echoTarget();
  // Meanwhile another flood tells how late the machine makes one.
  const baseline = floodOf(target, { conns: 5, totalRate: 150 });
  const measuring = baseline.run();
  const floods = [1_500, 999, 333, 7].map(async (totalRate) => {
    // On a busy machine, the target may be slow to echo; what is sent is the affair of the flood.
    const flood = floodOf(target, {
      ...{ conns: 20, totalRate, durationMs: 1_000, wait: false, lastEchoesMs: 20_000 },
    });
    await flood.run();
    const { messagesSent, messagesNotSent, messagesEchoed, unasked, served } = flood.measurements;
    assertLess(Math.abs(flood.elapsedMs - 1_000), 0.001);
    assertEquals(messagesSent + messagesNotSent, totalRate);
    assertEquals(messagesEchoed, messagesSent);
    assertEquals([served, unasked], totalRate === 7 ? [7, 13] : [20, 0], "each in its turn");
    // What a busy machine left overdue is compared below with how late it was.
    assert(isFlawless(flood, 20, new Set(["overdue"])));
    const { loop, messagesDue } = JSON.parse(resultsAsJson(flood, {
      ...{ conns: 20, rate: Infinity, reconnectAfter: Infinity },
    }));
    assertEquals([loop, messagesDue], ["open", messagesSent + messagesNotSent]);
    return { totalRate, messagesNotSent };
  });
  const rated = await Promise.all(floods);
  baseline.stop();
  await measuring;
  const late = baseline.measurements.roundTrips.percentileMs(100) / 1_000;
  for (const { totalRate, messagesNotSent } of rated) {
    assertLessOrEqual(messagesNotSent, (0.01 + late) * totalRate, `${late} s late`);
  }
}, { threads: [2] });

testEachFlood("connections have their turns, however fast some are", async (floodOf) => {
  const echoes: number[] = [];
  await using target = echoTarget((index) => echoes[index] = (echoes[index] ?? 0) + 1);
  const flood = floodOf(target, { conns: 4, totalRate: 400 });
  await runUntil(flood, () => flood.measurements.messagesEchoed >= 100);
  assertEquals(echoes.length, 4);
  assertLess(Math.max(...echoes) - Math.min(...echoes), Math.max(...echoes) / 2);
}, { threads: [2] });

testEachFlood("stages ramp the rate, and end the flood where it comes to nothing", async (
  floodOf,
) => {
  const arrivalsMs: number[] = [];
  await using target = echoTarget(() => arrivalsMs.push(performance.now()));
  const stages = [{ durationMs: 300, rate: 600 }, { durationMs: 300, rate: 0 }];
  const flood = floodOf(target, { conns: 5, stages, durationMs: 650 });
  // Meanwhile another flood tells how late the machine makes one.
  await using quick = echoTarget();
  const baseline = floodOf(quick, { conns: 5, totalRate: 150 });
  const measuring = baseline.run();
  const beganMs = performance.now();
  await flood.run();
  baseline.stop();
  await measuring;
  const lateMs = baseline.measurements.roundTrips.percentileMs(100);
  const { messagesSent, messagesNotSent } = flood.measurements;
  assertEquals(messagesSent + messagesNotSent, 180);
  // All stages are over 50 ms before the end.
  if (lateMs < 50) assertEquals(messagesNotSent, 0);
  const arrivedUntil = (ms: number) => arrivalsMs.filter((arrivalMs) => arrivalMs < ms).length;
  // The first quarter of the time has an eighth of the messages, 23, and none is sent before it is due.
  assertLess(arrivedUntil(beganMs + 150), 25);
  // Three quarters have seven eighths of them, 158, with those that a busy machine left unsent at the end.
  const inTime = arrivedUntil(arrivalsMs[0] + 450 + 2 * lateMs);
  assertGreater(inTime + messagesNotSent, 145);
}, { threads: [2] });

testEachFlood("a total rate that no connection is free for is told apart", async (floodOf) => {
  const over = Promise.withResolvers<void>();
  let heard = 0;
  await using target = new Target(async (conn) => {
    for await (const _ of chunks(conn)) heard++;
    await over.promise;
  });
  const flood = floodOf(target, { totalRate: 100, durationMs: 500, lastEchoesMs: 20 });
  await flood.run();
  await until(() => heard === 3);
  over.resolve();
  const { measurements } = flood;
  const { messagesSent, messagesNotSent, messagesOverdue, roundTrips, messagesOpen } = measurements;
  assertEquals([messagesSent, heard, messagesOpen], [3, 3, 3]);
  assertLess(Math.abs(messagesNotSent + 3 - flood.elapsedMs / 10), 2);
  assertGreater(messagesOverdue, 10);
  assertEquals(roundTrips.count, messagesSent + messagesNotSent);
  assert(!isFlawless(flood, 3));
  const text = describeResults(flood, {
    ...{ conns: 3, rate: Infinity, reconnectAfter: Infinity, sockets: "deno" },
  }, en).join("\n");
  assertStringIncludes(text, en.flood.rate(messagesSent + messagesNotSent, 3, messagesNotSent));
}, { threads: [2] });

testEachFlood("a total rate that nobody could keep ends in time, and is told", async (floodOf) => {
  await using target = echoTarget();
  for (const wait of [true, false]) {
    const flood = floodOf(target, {
      ...{ totalRate: 10_000_000, durationMs: 200, lastEchoesMs: 50, wait },
    });
    const beganMs = performance.now();
    await flood.run();
    const tookMs = performance.now() - beganMs;
    const { messagesSent, messagesNotSent, messagesOverdue } = flood.measurements;
    assertEquals(messagesSent + messagesNotSent, 2_000_000);
    assertGreater(messagesSent, 0);
    assertGreater(messagesNotSent, 0);
    assertEquals(messagesOverdue, 0, "all of them were due in the last 250 ms");
    assertLess(tookMs, 20_000);
  }
}, { threads: [2] });

testEachFlood("a total rate goes on over connections that come and go", async (floodOf) => {
  await using target = echoTarget();
  const flood = floodOf(target, { totalRate: 300, durationMs: 400, reconnectAfter: 2 });
  await flood.run();
  const { messagesSent, messagesNotSent, messagesEchoed, opened } = flood.measurements;
  assertLess(Math.abs(messagesSent + messagesNotSent - 0.3 * flood.elapsedMs), 2);
  assertEquals(messagesEchoed, messagesSent);
  assertGreaterOrEqual(opened, messagesSent / 2);
}, { threads: [2] });

/** A target that echoes, its third connection only when that is let go. */
function holdingThird(): { target: Target; letGo: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const target = new Target(async (conn, index) => {
    if (index === 2) await promise;
    for await (const chunk of chunks(conn)) await writeAll(conn, chunk);
  });
  return { target, letGo: resolve };
}

for (const rates of [{ totalRate: 500 }, { rate: 500 / 3 }]) {
  const name = Object.keys(rates).join();
  testEachFlood(`a ${name} begins when all connections were answered once`, async (floodOf) => {
    const { target, letGo } = holdingThird();
    await using _ = target;
    const flood = floodOf(target, { settleMs: 60_000, ...rates, durationMs: 300 });
    const running = flood.run();
    await until(() => flood.measurements.served === 2);
    await new Promise((resolve) => setTimeout(resolve, 250));
    letGo();
    await running;
    const { messagesSent, messagesNotSent } = flood.measurements;
    // Of the 250 ms before, in which 125 were due otherwise, nothing is to be seen.
    assertLess(Math.abs(messagesSent + messagesNotSent - flood.elapsedMs / 2), 25);
  }, { threads: [2] });
}

testEachFlood(
  "a server that answers too late for the warm-up gets its rate all the same",
  async (floodOf) => {
    const { target, letGo } = holdingThird();
    await using _ = target;
    const flood = floodOf(target, { settleMs: 100, rate: 200, durationMs: 600 });
    const running = flood.run();
    await flood.warm;
    await new Promise((resolve) => setTimeout(resolve, 300));
    letGo();
    await running;
    const { messagesSent, messagesNotSent } = flood.measurements;
    // In the 300 ms in which one connection waited, 60 messages were due on it: with half of them the
    // flood has not forgotten them, and a busy machine is late by less.
    assertLess(Math.abs(messagesSent + messagesNotSent - 3 * flood.elapsedMs / 5), 30);
  },
  { threads: [2] },
);

testEachFlood(
  "of a connection that is never answered, what was due since the others settled was not sent",
  async (floodOf) => {
    const { target, letGo } = holdingThird();
    await using _ = target;
    const flood = floodOf(target, { settleMs: 200, rate: 200, durationMs: 300 });
    await flood.run();
    letGo();
    const { messagesSent, messagesNotSent } = flood.measurements;
    // Of the 200 ms before, in which 40 were due on it otherwise, nothing is to be seen.
    assertLess(Math.abs(messagesSent + messagesNotSent - 3 * flood.elapsedMs / 5), 10);
  },
  { threads: [2] },
);

testEachFlood("only a closed loop says that it is closed", async (floodOf) => {
  await using target = echoTarget();
  for (
    const [options, said] of [
      [{}, /^closed loop {3}3 clients, each waits for its echo: the m[a-z ]+ 3 ÷ throughput, \d/m],
      [{ thinkMs: 1 }, /^closed loop {3}3 clients, each waits for its echo and pauses: /m],
      [{ rate: 10 }, undefined],
      [{ totalRate: 10 }, undefined],
      [{ wait: false, thinkMs: 5 }, undefined],
    ] as const
  ) {
    const flood = floodOf(target, options);
    await runUntil(flood, () => flood.measurements.served === 3);
    const text = describeFindings(flood, en).join("\n");
    if (said === undefined) assert(!text.includes("closed loop"), text);
    else assertMatch(text, said);
    assertEquals(findingsAsJson(flood).loop, said === undefined ? "open" : "closed");
  }
}, { threads: [1] });

testEachFlood("what is open at the end is told with its age, and is not lost", async (floodOf) => {
  const heardMs: number[] = [];
  await using target = new Target(async (conn, index) => {
    let isFirst = true;
    for await (const chunk of chunks(conn)) {
      if (isFirst) await writeAll(conn, chunk);
      else heardMs[index] = performance.now();
      isFirst = false;
    }
  });
  const flood = floodOf(target, { lastEchoesMs: 100 });
  const running = flood.run();
  await until(() => heardMs.filter((ms) => ms > 0).length === 3);
  await new Promise((resolve) => setTimeout(resolve, 150));
  const [stoppedMs, youngest] = [performance.now(), Math.max(...heardMs)];
  flood.stop();
  await running;
  const { measurements } = flood;
  const { messagesOpen, openAges, lost, connectAges } = measurements;
  assertEquals([messagesOpen, openAges.count, lost, connectAges.count], [3, 3, 0, 0]);
  assertGreaterOrEqual(openAges.percentileMs(0), stoppedMs - youngest + 90);
  assertStringIncludes(describeFindings(flood, en).join("\n"), "open at end   3 messages");
}, { threads: [1] });

testEachFlood("connections that are being opened at the end are told with their age", async (
  floodOf,
) => {
  // Nobody accepts: when the backlog is full, the system lets further ones wait.
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
  const flood = floodOf(listener.addr, { conns: 20, durationMs: 200, lastEchoesMs: 20 });
  await flood.run();
  const { opened, refused, connectAges, clients } = flood.measurements;
  assertEquals([refused, opened + connectAges.count, clients], [0, 20, opened]);
  assertGreater(connectAges.count, 10);
  assertGreaterOrEqual(connectAges.percentileMs(100), 100);
  assertStringIncludes(
    describeFindings(flood, en).join("\n"),
    `open at end   ${connectAges.count} connections being opened`,
  );
}, { threads: [2], ignore: Deno.build.os !== "linux", leavesOperation: true });

Deno.test("a profile knows how many messages are due, and when each is", () => {
  const profile = new RateProfile(0, [
    { durationMs: 10_000, rate: 100 },
    { durationMs: 0, rate: 50 },
    { durationMs: 10_000, rate: 50 },
    { durationMs: 5_000, rate: 0 },
  ]);
  for (
    const [ms, due] of [[0, 0], [5_000, 125], [10_000, 500], [11_000, 550], [20_000, 1_000]]
  ) assertEquals(Math.round(profile.dueUntil(ms) * 1e6) / 1e6, due);
  assertEquals([25_000, 99_000].map((ms) => profile.dueUntil(ms)), [1_125, 1_125]);
  for (let count = 0; count < 1_125; count += 0.5) {
    assertLess(Math.abs(profile.dueUntil(profile.timeOf(count)) - count), 1e-6, `${count}`);
  }
  assertEquals(profile.timeOf(1_126), Infinity);
  assertEquals(new RateProfile(8).timeOf(16), 2_000);
});

Deno.test("stages are durations and rates, and nothing else", () => {
  const { parse } = stagesFlag();
  assertEquals(parse("500ms:1,2:0"), [{ durationMs: 500, rate: 1 }, {
    durationMs: 2_000,
    rate: 0,
  }]);
  for (
    const wrong of [
      "",
      "10s",
      "10s:",
      ":10",
      "10s:1.5",
      "10s:1:2",
      "10s:1,",
      "0s:5",
      "10s:-1",
      "9999h:1",
    ]
  ) assertEquals(parse(wrong), undefined, wrong);
});
