import { createServer, Socket } from "node:net";
import { Flood } from "../clients/flood/flood.ts";
import { Durations, PERCENTILES } from "../clients/flood/measurements.ts";
import { always, EchoCheck, numbers, ofSize, Sequence } from "../clients/flood/messages.ts";
import type { FloodOptions } from "../clients/flood/options.ts";
import { describeResults, formatMs, isFlawless, resultsAsJson } from "../clients/flood/results.ts";
import { SendTimes } from "../clients/flood/send_times.ts";
import { en } from "../cli/messages/en.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
  assertNotEquals,
  assertStringIncludes,
} from "./harness/assert.ts";
import { writeAll } from "./harness/clients.ts";
import { test } from "./harness/test.ts";

// Deno 2.5 has the sanitizers on by itself, and nothing to turn them on with.
Deno.test.sanitizer?.({ ops: true, resources: true });

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The first messages of a sequence. */
function first(count: number, repertoire = numbers(), seed = 1): string[] {
  const sequence = new Sequence(repertoire, seed);
  return Array.from({ length: count }, () => decode(sequence.next()));
}

Deno.test("Sequence gives the same messages for the same seed, and others for others", () => {
  assertEquals(first(100), first(100));
  const starts = Array.from({ length: 50 }, (_, seed) => first(10, numbers(), seed).join());
  assertEquals(new Set(starts).size, 50);
});

Deno.test("Sequence uses all of its repertoire", () => {
  assertEquals(new Set(first(5_000)).size, 101);
  assertEquals(new Set(first(5_000, ofSize(3))).size, 7);
  assertEquals(first(3, always("汉")), ["汉", "汉", "汉"]);
});

Deno.test("numbers() are the texts from 0 to 100", () => {
  assertEquals(numbers().map(decode), Array.from({ length: 101 }, (_, number) => String(number)));
});

Deno.test("ofSize() gives messages of that size, which all begin differently", () => {
  for (const sizeBytes of [1, 100, 16_384]) {
    const messages = ofSize(sizeBytes);
    for (const message of messages) {
      assertEquals(message.length, sizeBytes);
      assert(message.every((byte) => byte > 0x20 && byte < 0x7f));
    }
    assertEquals(new Set(messages.map(([byte]) => byte)).size, messages.length);
  }
});

const REPERTOIRES = { numbers: numbers(), "messages of 100 bytes": ofSize(100) };

/** The bytes of the first messages of a sequence. */
function stream(repertoire: readonly Uint8Array[]): Uint8Array {
  return new TextEncoder().encode(first(60, repertoire).join(""));
}

/** Checks `bytes` cut into chunks of `chunkBytes`. */
function check(repertoire: readonly Uint8Array[], bytes: Uint8Array, chunkBytes: number) {
  const echoCheck = new EchoCheck(new Sequence(repertoire, 1));
  const completed: number[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    echoCheck.take(bytes.subarray(at, at + chunkBytes), (index) => completed.push(index));
  }
  return { echoCheck, completed };
}

for (const [name, repertoire] of Object.entries(REPERTOIRES)) {
  const sent = stream(repertoire);
  const middle = sent.length >> 1;
  const cuts = [1, 2, 3, 7, 99, 100, 101, sent.length];

  Deno.test(`EchoCheck finds nothing wrong in an echo of ${name}, however it is cut`, () => {
    for (const cut of cuts) {
      const { echoCheck, completed } = check(repertoire, sent, cut);
      assertEquals([echoCheck.wrongBytes, echoCheck.isWithinMessage], [0, false]);
      assertEquals(completed, Array.from({ length: 60 }, (_, index) => index));
      assertEquals(echoCheck.messages, 60);
    }
  });

  Deno.test(`EchoCheck finds every changed byte in ${name}, and calls no other wrong`, () => {
    for (const cut of cuts) {
      for (const places of [[0], [middle], [sent.length - 1], [1, middle, middle + 1]]) {
        const changed = sent.slice();
        for (const place of places) changed[place] ^= 1;
        assertEquals(check(repertoire, changed, cut).echoCheck.wrongBytes, places.length);
      }
    }
  });

  Deno.test(`EchoCheck finds a lost, an inserted and a moved byte in ${name}`, () => {
    const damaged = {
      lost: [...sent.subarray(0, middle), ...sent.subarray(middle + 1)],
      inserted: [...sent.subarray(0, middle), 0x30, ...sent.subarray(middle)],
      moved: [...sent.subarray(0, middle), ...sent.subarray(middle + 1), sent[middle]],
    };
    for (const cut of cuts) {
      for (const [how, bytes] of Object.entries(damaged)) {
        const { wrongBytes } = check(repertoire, new Uint8Array(bytes), cut).echoCheck;
        assertGreater(wrongBytes, 0, how);
      }
    }
  });
}

Deno.test("EchoCheck knows that a message has come in part", () => {
  const bytes = stream(ofSize(100));
  assert(!check(ofSize(100), bytes.subarray(0, 0), 1).echoCheck.isWithinMessage);
  assert(check(ofSize(100), bytes.subarray(0, 99), 10).echoCheck.isWithinMessage);
  assert(!check(ofSize(100), bytes.subarray(0, 100), 10).echoCheck.isWithinMessage);
});

Deno.test("SendTimes counts from when a message is due if there is a rate", () => {
  const beforeMs = performance.now();
  const times = new SendTimes(50);
  const firstMs = times.dueMs(0);
  assertGreaterOrEqual(firstMs, beforeMs);
  assertLess(firstMs, performance.now() + 20);
  for (const index of [0, 1, 10, 1_000_000]) {
    assert(Math.abs(times.dueMs(index) - firstMs - index * 20) < 0.001);
    times.sent(index); // whenever that is
    assertEquals(times.take(index), times.dueMs(index));
  }
});

Deno.test("SendTimes counts from when a message was sent if there is none", () => {
  const times = new SendTimes(Infinity);
  assertEquals([times.dueMs(0), times.dueMs(1_000)], [0, 0]);
  const beforeMs = performance.now();
  times.sent(0);
  const afterMs = performance.now();
  times.sent(1);
  const sentMs = times.take(0);
  assert(sentMs !== undefined);
  assertGreaterOrEqual(sentMs, beforeMs);
  assertLessOrEqual(sentMs, afterMs);
  assertEquals(times.take(0), undefined);
  assertNotEquals(times.take(1), undefined);
});

Deno.test("SendTimes keeps a bounded number of times, and goes on when they are taken", () => {
  const times = new SendTimes(Infinity);
  for (let index = 0; index < 100_000; index++) times.sent(index);
  const timed = Array.from({ length: 100_000 }, (_, index) => times.take(index))
    .filter((time) => time !== undefined);
  assertGreater(timed.length, 100);
  assertLess(timed.length, 10_000);
  times.sent(100_000);
  assertNotEquals(times.take(100_000), undefined);
});

/** Whether two durations are the same to three digits. */
function assertAbout(actual: number, expected: number): void {
  assertLessOrEqual(Math.abs(actual - expected), expected / 1_000, `${actual} is not ${expected}`);
}

Deno.test("Durations know their percentiles to three digits, whatever their size", () => {
  for (const unitMs of [0.001, 0.017, 1, 60]) {
    const durations = new Durations();
    for (let i = 1_000; i >= 1; i--) durations.record(i * unitMs);
    assertEquals(durations.count, 1_000);
    for (const percentile of PERCENTILES) {
      assertAbout(durations.percentileMs(percentile), percentile * 10 * unitMs);
    }
  }
});

Deno.test("Durations take what is rare into account", () => {
  const durations = new Durations();
  for (let i = 0; i < 998; i++) durations.record(1);
  durations.record(300);
  durations.record(500);
  const percentiles = PERCENTILES.map((percentile) => durations.percentileMs(percentile));
  for (const [index, expected] of [1, 1, 1, 300, 500].entries()) {
    assertAbout(percentiles[index], expected);
  }
});

Deno.test("Durations take anything that a clock gives", () => {
  const durations = new Durations();
  assertEquals([durations.count, durations.percentileMs(99)], [0, 0]);
  durations.record(-0.5); // a clock that is set back
  assertEquals(durations.percentileMs(100), 0);
  durations.record(86_400_000);
  assertAbout(durations.percentileMs(100), 600_000);
});

const SHOWN: [ms: number, shown: string][] = [
  [0, "0 µs"],
  [0.0123, "12 µs"],
  [1, "1.00 ms"],
  [12.345, "12.3 ms"],
  [123.45, "123 ms"],
  [999.4, "999 ms"],
  [999.7, "1.00 s"],
  [1_000, "1.00 s"],
  [61_234, "61.2 s"],
  [600_000, "600 s"],
];

for (const [ms, shown] of SHOWN) {
  Deno.test(`formatMs() shows ${ms} ms as ${shown}`, () => assertEquals(formatMs(ms), shown));
}

/** Takes clients and serves each with `serve`. Dispose of it, and nothing is left open. */
class Target implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #conns: Deno.TcpConn[] = [];
  readonly #work: Promise<unknown>[] = [];

  constructor(serve: (conn: Deno.TcpConn, index: number) => Promise<void>) {
    this.#work.push(this.#accept(serve));
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of this.#conns) close(conn);
    await Promise.all(this.#work);
  }

  async #accept(serve: (conn: Deno.TcpConn, index: number) => Promise<void>): Promise<void> {
    for await (const conn of this.#listener) {
      const index = this.#conns.push(conn) - 1;
      // A client that is gone is the flood's affair, and what the test looks at.
      this.#work.push(serve(conn, index).catch(() => {}).then(() => close(conn)));
    }
  }
}

function close(conn: Deno.TcpConn): void {
  try {
    conn.close();
  } catch {
    // It is closed already.
  }
}

/** The chunks that come; good until the next is asked for. */
async function* chunks(conn: Deno.TcpConn): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(65_536);
  for (let count; (count = await conn.read(buffer)) !== null;) yield buffer.subarray(0, count);
}

/** A flood of that port: three connections that talk until the flood is stopped. */
function floodOf({ port }: { port: number }, options: Partial<FloodOptions> = {}): Flood {
  return new Flood({
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
  });
}

/** Calls back when it was called `count` times for each of three connections. */
function afterEach(count: number, done: () => void): (index: number) => void {
  const left = [count, count, count];
  return (index) => {
    if (--left[index] === 0 && left.every((calls) => calls <= 0)) done();
  };
}

/** How a flood came out. */
function outcome({ measurements }: Flood) {
  const { opened, refused, served, lost, wrongBytes } = measurements;
  return { opened, refused, served, lost, wrongBytes };
}

const FLAWLESS = { opened: 3, refused: 0, served: 3, lost: 0, wrongBytes: 0 };

test("a flood of an echo server is served and finds nothing wrong", async () => {
  const enough = afterEach(10, () => flood.stop());
  await using target = new Target(async (conn, index) => {
    for await (const chunk of chunks(conn)) {
      await writeAll(conn, chunk);
      enough(index);
    }
  });
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
  await using target = new Target(async (conn, index) => {
    for await (const chunk of chunks(conn)) {
      await writeAll(conn, chunk);
      enough(index);
    }
  });
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
}, { ignore: !("resetAndDestroy" in Socket.prototype) }); // Deno 2.5 has no way to reset

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

test("a flood ends by itself when its time is over, and when it is stopped twice", async () => {
  const hungry = async (conn: Deno.TcpConn) => {
    let answered = false;
    for await (const chunk of chunks(conn)) {
      if (!answered) await writeAll(conn, chunk);
      answered = true; // and owes the rest for ever
    }
  };
  await using target = new Target(hungry);
  const timed = floodOf(target, { durationMs: 50 });
  const startedMs = performance.now();
  await timed.run();
  assertGreaterOrEqual(performance.now() - startedMs, 49);
  assertGreaterOrEqual(timed.elapsedMs, 49);

  await using other = new Target(hungry);
  const stopped = floodOf(other);
  const running = stopped.run();
  while (stopped.measurements.served < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  stopped.stop();
  stopped.stop();
  await running;
  assertEquals(outcome(stopped), { ...FLAWLESS, lost: 3 });
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
  await using target = new Target(async (conn) => {
    for await (const chunk of chunks(conn)) await writeAll(conn, chunk);
  });
  const flood = floodOf(target, { rate: 100, durationMs: 200 });
  await flood.run();
  // Each connection sends its first within an interval, and then one at each.
  const most = 3 * (1 + flood.elapsedMs / 10);
  assertLessOrEqual(flood.measurements.messagesSent, most);
  assertEquals(outcome(flood), FLAWLESS);
});

test("a flood opens so many connections a second", async () => {
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

test("a flood thinks between an echo and the next message", async () => {
  const enough = afterEach(3, () => flood.stop());
  await using target = new Target(async (conn, index) => {
    for await (const chunk of chunks(conn)) {
      await writeAll(conn, chunk);
      enough(index);
    }
  });
  const flood = floodOf(target, { thinkMs: 20 });
  const startedMs = performance.now();
  await flood.run();
  assertGreaterOrEqual(performance.now() - startedMs, 39);
});

test("the results for programs hold what was measured", async () => {
  const enough = afterEach(5, () => flood.stop());
  await using target = new Target(async (conn, index) => {
    for await (const chunk of chunks(conn)) {
      await writeAll(conn, chunk);
      enough(index);
    }
  });
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
