import { createServer } from "node:net";
import { always, ofSize } from "../clients/flood/messages.ts";
import { describeResults, isFlawless, resultsAsJson } from "../clients/flood/results.ts";
import { en } from "../cli/messages/en.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertStringIncludes,
} from "./harness/assert.ts";
import { canReset, writeAll } from "./harness/clients.ts";
import {
  afterEach,
  chunks,
  echoTarget,
  FLAWLESS,
  floodOf,
  outcome,
  Target,
} from "./harness/flood.ts";
import "./harness/sanitizers.ts";
import { test } from "./harness/test.ts";

test("a flood of an echo server is served and finds nothing wrong", async () => {
  const enough = afterEach(10, () => flood.stop());
  await using target = echoTarget(enough);
  const flood = floodOf(target);
  await flood.run();
  assertEquals(outcome(flood), FLAWLESS);
  const { measurements } = flood;
  assertGreaterOrEqual(measurements.messagesSent, 30);
  assertEquals(measurements.messagesEchoed, measurements.messagesSent);
  assertEquals(measurements.bytesReceived, measurements.bytesSent);
  assertEquals(measurements.bytesSent, measurements.messagesSent * 100);
  assertEquals(measurements.roundTrips.count, measurements.messagesEchoed);
  assertEquals(measurements.connectTimes.count, 3);
  assertEquals([flood.connected, flood.waiting], [0, 0]);
  assert(flood.elapsedMs > 0);
  assert(isFlawless(flood, 3));
  assert(!isFlawless(flood, 4));
});

test("a flood that does not wait gets back all that it sent", async () => {
  const enough = afterEach(20, () => flood.stop());
  await using target = echoTarget(enough);
  const flood = floodOf(target, { wait: false, repertoire: ofSize(10_000) });
  await flood.run();
  assertEquals(outcome(flood), FLAWLESS);
  const { messagesSent, messagesEchoed, bytesSent, bytesReceived } = flood.measurements;
  assertEquals([messagesEchoed, bytesReceived], [messagesSent, bytesSent]);
});

test("a flood that does not wait counts a server that only listens as one that serves", async () => {
  const enough = afterEach(5, () => flood.stop());
  await using target = new Target(async (conn, index) => {
    for await (const _ of chunks(conn)) enough(index);
  });
  const flood = floodOf(target, { wait: false });
  await flood.run();
  assertEquals(outcome(flood), FLAWLESS);
  assertEquals(flood.measurements.messagesEchoed, 0);
});

test("a flood finds the one byte that a server changes", async () => {
  const enough = afterEach(10, () => flood.stop());
  let changed = false;
  await using target = new Target(async (conn, index) => {
    for await (const chunk of chunks(conn)) {
      if (index === 1 && !changed) chunk[50] ^= 1;
      changed ||= index === 1;
      await writeAll(conn, chunk);
      enough(index);
    }
  });
  const flood = floodOf(target);
  await flood.run();
  assertEquals(outcome(flood), { ...FLAWLESS, wrongBytes: 1 });
  assert(!isFlawless(flood, 3));
});

test("a flood finds that more came back than was sent", async () => {
  const enough = afterEach(10, () => flood.stop());
  await using target = new Target(async (conn, index) => {
    for await (const chunk of chunks(conn)) {
      await writeAll(conn, new Uint8Array([...chunk, ...chunk]));
      enough(index);
    }
  });
  const flood = floodOf(target, { repertoire: always("x") });
  await flood.run();
  assertGreater(flood.measurements.wrongBytes, 0);
});

test("a flood loses the connections that a server closes early", async () => {
  await using target = new Target(async (conn) => {
    let echoed = false;
    for await (const chunk of chunks(conn)) {
      if (echoed) return;
      await writeAll(conn, chunk);
      echoed = true;
    }
  });
  const flood = floodOf(target);
  await flood.run();
  assertEquals(outcome(flood), { ...FLAWLESS, lost: 3 });
  assert(!isFlawless(flood, 3));
});

test("a flood loses the connections that a server resets", async () => {
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    socket.once("data", () => socket.resetAndDestroy());
  }).listen(0, "127.0.0.1", resolve);
  await listening;
  const address = server.address();
  assert(address !== null && typeof address === "object");
  const flood = floodOf(address);
  await flood.run();
  await new Promise((resolve) => server.close(resolve));
  assertEquals(outcome(flood), { ...FLAWLESS, served: 0, lost: 3 });
}, { ignore: !canReset });

test("a flood is not served by a server that never answers", async () => {
  const enough = afterEach(1, () => flood.stop());
  await using target = new Target(async (conn, index) => {
    for await (const _ of chunks(conn)) enough(index);
  });
  const flood = floodOf(target);
  await flood.run();
  assertEquals(outcome(flood), { ...FLAWLESS, served: 0 });
  assertStringIncludes(describeResults(flood, 3, en).join("\n"), en.flood.notServed(3));
});

test("a flood is not served by a server that never accepts", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const flood = floodOf(listener.addr);
  const running = flood.run();
  while (flood.waiting < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  flood.stop();
  await running;
  assertEquals(outcome(flood), { ...FLAWLESS, served: 0 });
});

test("a flood is refused where nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { addr } = listener;
  listener.close();
  const flood = floodOf(addr);
  await flood.run();
  assertEquals(outcome(flood), { opened: 0, refused: 3, served: 0, lost: 0, wrongBytes: 0 });
});

test("a flood tells of who was never served, even if others were lost", async () => {
  await using target = new Target(async (conn, index) => {
    for await (const chunk of chunks(conn)) {
      if (index === 0) continue; // never answered
      await writeAll(conn, chunk);
      return;
    }
  });
  const flood = floodOf(target, { conns: 2 });
  const running = flood.run();
  while (flood.measurements.lost === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  flood.stop();
  await running;
  assertEquals(outcome(flood), { opened: 2, refused: 0, served: 1, lost: 1, wrongBytes: 0 });
  assertStringIncludes(describeResults(flood, 2, en).join("\n"), en.flood.notServed(1));
});

test("the results for programs hold what was measured", async () => {
  const enough = afterEach(5, () => flood.stop());
  await using target = echoTarget(enough);
  const flood = floodOf(target);
  await flood.run();
  const results = JSON.parse(resultsAsJson(flood));
  for (const [name, value] of Object.entries(outcome(flood))) assertEquals(results[name], value);
  assertEquals(results.messagesEchoed, flood.measurements.messagesEchoed);
  for (const times of [results.connectTimeMs, results.roundTripMs]) {
    assertEquals(Object.keys(times), ["p50", "p90", "p99", "p99.9", "max"]);
    assert(times.p50 > 0 && times.p50 <= times.max);
  }
});
