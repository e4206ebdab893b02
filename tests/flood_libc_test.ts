/**
 * The flood on the system's own calls: it comes out as the one on Deno's sockets.
 *
 * @module
 */

import { createServer } from "node:net";
import { LibcConnector } from "../clients/flood/libc_connector.ts";
import { LibcEpoll } from "../clients/flood/libc_epoll.ts";
import { LibcFlood } from "../clients/flood/libc_flood.ts";
import { LoopbackSources } from "../clients/flood/libc_source.ts";
import { Durations, PERCENTILES } from "../clients/flood/measurements.ts";
import { always, numbers, ofSize } from "../clients/flood/messages.ts";
import type { FloodOptions } from "../clients/flood/options.ts";
import { describeResults, isFlawless, resultsAsJson } from "../clients/flood/results.ts";
import { en } from "../cli/messages/en.ts";
import { lookUpHost } from "../servers/sockets/host_lookup.ts";
import { ipv4SocketAddress, parseSocketAddress } from "../servers/sockets/socket_address.ts";
import { ERRNO, SystemCallError } from "../servers/sockets/system_call_error.ts";
import { hasSystemCalls, systemCalls } from "../servers/sockets/system_calls.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertMatch,
  assertStringIncludes,
} from "./harness/assert.ts";
import { canReset, writeAll } from "./harness/clients.ts";
import { afterEach, chunks, Target } from "./harness/target.ts";
import { test as anyTest } from "./harness/test.ts";

// Deno 2.5 has the sanitizers on by itself, and nothing to turn them on with.
Deno.test.sanitizer?.({ ops: true, resources: true });

const available = hasSystemCalls();
// The C library is opened once, and is no leak of the first test.
if (available) {
  systemCalls();
  lookUpHost("127.0.0.1", 0);
}

function test(name: string, fn: () => Promise<void>, ignore = false): void {
  anyTest(name, fn, { ignore: ignore || !available });
}

/** Three connections to that port, which talk until the flood is stopped. */
function floodOf(
  { port }: { port: number },
  options: Partial<FloodOptions> = {},
  threads = 1,
): LibcFlood {
  return new LibcFlood({
    host: "127.0.0.1",
    port,
    conns: 3,
    durationMs: Infinity,
    repertoire: ofSize(100),
    rate: Infinity,
    wait: true,
    connectRate: Infinity,
    thinkMs: 0,
    ...options,
  }, threads);
}

async function echo(conn: Deno.TcpConn, echoed: () => void = () => {}): Promise<void> {
  for await (const chunk of chunks(conn)) {
    await writeAll(conn, chunk);
    echoed();
  }
}

/** How a flood came out. */
function outcome({ measurements }: LibcFlood) {
  const { opened, refused, served, lost, wrongBytes } = measurements;
  return { opened, refused, served, lost, wrongBytes };
}

const FLAWLESS = { opened: 3, refused: 0, served: 3, lost: 0, wrongBytes: 0 };

/** Waits for a report in which `isSo`. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}

for (const threads of [1, 2, 3, 8]) {
  test(`a flood in ${threads} threads is served and finds nothing wrong`, async () => {
    const enough = afterEach(10, () => flood.stop());
    await using target = new Target((conn, index) => echo(conn, () => enough(index)));
    const flood = floodOf(target, {}, threads);
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
    assertGreater(flood.elapsedMs, 0);
    assert(isFlawless(flood, 3));
    assert(!isFlawless(flood, 4));
    const results = JSON.parse(resultsAsJson(flood));
    for (const [name, value] of Object.entries(outcome(flood))) assertEquals(results[name], value);
    for (const times of [results.connectTimeMs, results.roundTripMs]) {
      assert(times.p50 > 0 && times.p50 <= times.max);
    }
  });
}

for (const wait of [true, false]) {
  for (const sizeBytes of [1, 10_000, 500_000]) {
    const how = wait ? "waits" : "does not wait";
    test(`a flood that ${how} gets back messages of ${sizeBytes} bytes whole`, async () => {
      await using target = new Target((conn) => echo(conn));
      const flood = floodOf(target, { wait, repertoire: ofSize(sizeBytes) });
      const running = flood.run();
      await until(() => flood.measurements.served === 3);
      flood.stop();
      await running;
      assertEquals(outcome(flood), FLAWLESS);
      const { messagesSent, messagesEchoed, bytesSent, bytesReceived } = flood.measurements;
      assertEquals([messagesEchoed, bytesReceived], [messagesSent, bytesSent]);
      assertGreaterOrEqual(messagesSent, 3);
    });
  }
}

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

for (const place of [0, 3, 50, 96, 98]) {
  test(`a flood finds that a server changes byte ${place} of 99`, async () => {
    const enough = afterEach(10, () => flood.stop());
    let isChanged = false;
    await using target = new Target(async (conn, index) => {
      for await (const chunk of chunks(conn)) {
        if (index === 1 && !isChanged) chunk[place] ^= 1;
        isChanged ||= index === 1;
        await writeAll(conn, chunk);
        enough(index);
      }
    });
    const flood = floodOf(target, { repertoire: ofSize(99) });
    await flood.run();
    assertEquals(outcome(flood), { ...FLAWLESS, wrongBytes: 1 });
    assert(!isFlawless(flood, 3));
  });
}

test("a flood of numbers finds every byte of a server that answers in letters", async () => {
  const enough = afterEach(10, () => flood.stop());
  await using target = new Target(async (conn, index) => {
    for await (const chunk of chunks(conn)) {
      await writeAll(conn, chunk.fill(0x78));
      enough(index);
    }
  });
  const flood = floodOf(target, { repertoire: numbers() });
  await flood.run();
  const { wrongBytes, bytesReceived } = flood.measurements;
  assertEquals(wrongBytes, bytesReceived);
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
    for await (const chunk of chunks(conn)) return await writeAll(conn, chunk);
  });
  const flood = floodOf(target);
  await flood.run();
  assertEquals(outcome(flood), { ...FLAWLESS, lost: 3 });
});

test("a flood loses the connections whose server sends its last byte, and still listens", async () => {
  await using target = new Target(async (conn) => {
    let isEnded = false;
    for await (const chunk of chunks(conn)) {
      if (isEnded) continue;
      await writeAll(conn, chunk);
      await conn.closeWrite();
      isEnded = true;
    }
  });
  const flood = floodOf(target);
  await flood.run();
  assertEquals(outcome(flood), { ...FLAWLESS, lost: 3 });
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
  assertEquals(flood.measurements.lostUnserved, 3);
}, !canReset);

test("a flood is not served by a server that never answers", async () => {
  const enough = afterEach(1, () => flood.stop());
  await using target = new Target(async (conn, index) => {
    for await (const _ of chunks(conn)) enough(index);
  });
  const flood = floodOf(target, {}, 2);
  await flood.run();
  assertEquals(outcome(flood), { ...FLAWLESS, served: 0 });
  assertStringIncludes(describeResults(flood, 3, en).join("\n"), en.flood.notServed(3));
});

test("a flood is not served by a server that never accepts", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const flood = floodOf(listener.addr);
  const running = flood.run();
  await until(() => flood.waiting === 3);
  assertEquals(flood.connected, 3);
  flood.stop();
  await running;
  assertEquals(outcome(flood), { ...FLAWLESS, served: 0 });
});

test("a flood is refused where nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { addr } = listener;
  listener.close();
  const flood = floodOf(addr, {}, 2);
  await flood.run();
  assertEquals(outcome(flood), { opened: 0, refused: 3, served: 0, lost: 0, wrongBytes: 0 });
  const reason = flood.firstRefusal;
  assert(reason instanceof SystemCallError);
  assertEquals([reason.call, reason.code], ["connect", "ECONNREFUSED"]);
});

test("a flood of a host that does not exist says so", async () => {
  const flood = floodOf({ port: 1 }, { host: "no-such-host.invalid" });
  await flood.run();
  assertEquals(outcome(flood), { opened: 0, refused: 3, served: 0, lost: 0, wrongBytes: 0 });
  assertMatch(flood.firstRefusal?.message ?? "", /^no-such-host\.invalid: ./);
});

test("a flood of a host with several addresses tries them all", async () => {
  const enough = afterEach(2, () => flood.stop());
  await using target = new Target((conn, index) => echo(conn, () => enough(index)));
  const flood = floodOf(target, { host: "localhost" }); // ::1 as well, in most places
  await flood.run();
  assertEquals(outcome(flood), FLAWLESS);
});

test("a flood ends by itself when its time is over, and when it is stopped twice", async () => {
  const hungry = async (conn: Deno.TcpConn) => {
    let isAnswered = false;
    for await (const chunk of chunks(conn)) {
      if (!isAnswered) await writeAll(conn, chunk);
      isAnswered = true; // and owes the rest for ever
    }
  };
  await using target = new Target(hungry);
  const timed = floodOf(target, { durationMs: 50 });
  await timed.run();
  assertGreaterOrEqual(timed.elapsedMs, 50);
  assertEquals(outcome(timed).lost, outcome(timed).served);

  await using other = new Target(hungry);
  const stopped = floodOf(other, {}, 2);
  const running = stopped.run();
  await until(() => stopped.measurements.served === 3);
  stopped.stop();
  stopped.stop();
  await running;
  assertEquals(outcome(stopped), { ...FLAWLESS, lost: 3 });
});

test("a flood that is stopped before it began ends", async () => {
  await using target = new Target((conn) => echo(conn));
  const flood = floodOf(target);
  flood.stop();
  await flood.run();
  assertEquals(outcome(flood).lost, 0);
});

test("a flood waits at the end for what it is still owed", async () => {
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

test("a flood with a rate shows a stall in all messages that were due meanwhile", async () => {
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
  const flood = floodOf(target, { conns: 1, rate: RATE, repertoire: ofSize(10) });
  await flood.run();
  const { roundTrips, messagesEchoed } = flood.measurements;
  assertGreaterOrEqual(messagesEchoed, MESSAGES);
  // 60 messages were due while it stalled, one every 5 ms; the first waited for all of it.
  assertGreaterOrEqual(roundTrips.percentileMs(100), STALL_MS - 1);
  for (const waitedMs of [250, 150, 50]) {
    const waited = (STALL_MS - waitedMs) / 1_000 * RATE - 1;
    const percentile = 100 * (1 - waited / messagesEchoed);
    assertGreaterOrEqual(roundTrips.percentileMs(percentile), waitedMs, `the last ${waited}`);
  }
});

test("a flood with a rate sends no more than that", async () => {
  await using target = new Target((conn) => echo(conn));
  const flood = floodOf(target, { rate: 100, durationMs: 200 }, 2);
  await flood.run();
  // Each connection sends its first within an interval, and then one at each.
  assertLessOrEqual(flood.measurements.messagesSent, 3 * (1 + flood.elapsedMs / 10));
  assertEquals(outcome(flood), FLAWLESS);
});

test("a flood opens so many connections a second, in however many threads", async () => {
  const opened: number[] = [];
  const enough = afterEach(1, () => flood.stop());
  await using target = new Target(async (conn, index) => {
    opened.push(performance.now());
    enough(index);
    await echo(conn);
  });
  const flood = floodOf(target, { connectRate: 20 }, 2);
  const startedMs = performance.now();
  await flood.run();
  assertEquals(opened.length, 3);
  assertGreaterOrEqual(opened[2] - startedMs, 99);
});

test("a flood thinks between an echo and the next message", async () => {
  const enough = afterEach(3, () => flood.stop());
  await using target = new Target((conn, index) => echo(conn, () => enough(index)));
  const flood = floodOf(target, { thinkMs: 20 });
  const startedMs = performance.now();
  await flood.run();
  assertGreaterOrEqual(performance.now() - startedMs, 39);
  assertEquals(outcome(flood), FLAWLESS);
});

test("a connection comes from the address that its number asks for", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const calls = systemCalls();
  const epoll = new LibcEpoll(calls);
  const destination = ipv4SocketAddress({ host: "127.0.0.1", port: listener.addr.port });
  const connector = new LibcConnector(calls, epoll, [destination], 50_000);
  for (const [index, host] of ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"].entries()) {
    const fd = connector.begin(index, index, connector.route());
    using conn = await listener.accept();
    assertEquals(conn.remoteAddr.hostname, host);
    assertEquals([epoll.wait(1_000), epoll.numberAt(0), connector.errorOf(fd)], [1, index, 0]);
    calls.close(fd);
  }
  epoll.close();
});

test("the next address of the server is tried when one has no answer, and then preferred", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const ports = [closed.addr.port, listener.addr.port];
  closed.close();
  const calls = systemCalls();
  const epoll = new LibcEpoll(calls);
  const destinations = ports.map((port) => ipv4SocketAddress({ host: "127.0.0.1", port }));
  const connector = new LibcConnector(calls, epoll, destinations, 1);
  const route = connector.route();
  let fd = connector.begin(0, 0, route);
  if (route.destination === 0) { // its refusal comes later
    assertEquals(epoll.wait(1_000), 1);
    const errno = connector.errorOf(fd);
    assertEquals(errno, ERRNO.ECONNREFUSED);
    calls.close(fd);
    assert(connector.goOn(route, errno));
    fd = connector.begin(0, 0, route);
  }
  using _conn = await listener.accept();
  connector.opened(route);
  assertEquals([route.destination, connector.route().destination], [1, 1]);
  assert(!connector.goOn(route, ERRNO.ECONNREFUSED), "both have been tried");
  calls.close(fd);
  epoll.close();
});

Deno.test("connections to this machine come from as many addresses as they need", () => {
  const hosts = (connections: number, attempt = 0) => {
    const sources = new LoopbackSources(connections);
    const indices = Array.from({ length: connections }, (_, index) => index);
    return new Set(
      indices.map((index) => parseSocketAddress(sources.address(index, attempt)).host),
    );
  };
  assertEquals([...hosts(1_000)], ["127.0.0.1"]);
  assertEquals([...hosts(1_000, 2)], ["127.0.0.3"]);
  assertEquals([...hosts(28_001)], ["127.0.0.1", "127.0.0.2", "127.0.0.3"]);
  assertEquals(hosts(1_000_000, 250).size, 72);
  assert(hosts(1_000_000, 250).has("127.0.1.66"));
});

Deno.test("durations of several threads together have the percentiles of all", () => {
  const all = new Durations();
  const parts = [new Durations(), new Durations()];
  for (let i = 1; i <= 10_000; i++) {
    all.record(i / 100);
    parts[i % 2].record(i / 100);
  }
  const together = new Durations();
  for (const part of parts) together.addEncoded(part.encode());
  assertEquals(together.count, all.count);
  for (const percentile of PERCENTILES) {
    assertEquals(together.percentileMs(percentile), all.percentileMs(percentile));
  }
});
