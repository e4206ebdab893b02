import { createServer } from "node:net";
import { always, numbers, ofSize } from "../../../clients/flood/messages.ts";
import { describeResults, isFlawless, resultsAsJson } from "../../../clients/flood/results.ts";
import { en } from "../../../cli/messages/en/mod.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertStringIncludes,
} from "../../harness/assert.ts";
import { canReset, NOBODYS_PORT, writeAll } from "../../harness/clients.ts";
import {
  afterEach,
  chunks,
  echoTarget,
  FLAWLESS,
  outcome,
  testEachFlood,
  until,
} from "../../harness/flood.ts";
import { Target } from "../../harness/target.ts";
import "../../harness/sanitizers.ts";

/** The options that the results are of: connections, without a rate. */
function wanted(conns: number) {
  return { conns, rate: Infinity, reconnectAfter: Infinity, sockets: "deno" as const };
}

testEachFlood("a flood of an echo server is served and finds nothing wrong", async (floodOf) => {
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
}, { threads: [1, 2, 3, 8] });

for (const wait of [true, false]) {
  for (const sizeBytes of [1, 10_000, 500_000]) {
    const how = wait ? "waits" : "does not wait";
    testEachFlood(
      `a flood that ${how} gets back messages of ${sizeBytes} bytes whole`,
      async (floodOf) => {
        await using target = echoTarget();
        const flood = floodOf(target, { wait, messageSet: ofSize(sizeBytes) });
        const running = flood.run();
        await until(() => flood.measurements.served === 3);
        flood.stop();
        await running;
        assertEquals(outcome(flood), FLAWLESS);
        const { messagesSent, messagesEchoed, bytesSent, bytesReceived } = flood.measurements;
        assertEquals([messagesEchoed, bytesReceived], [messagesSent, bytesSent]);
        assertGreaterOrEqual(messagesSent, 3);
      },
    );
  }
}

testEachFlood(
  "a flood that does not wait counts a server that only listens as one that serves",
  async (floodOf) => {
    const enough = afterEach(5, () => flood.stop());
    await using target = new Target(async (conn, index) => {
      for await (const _ of chunks(conn)) enough(index);
    });
    const flood = floodOf(target, { wait: false });
    await flood.run();
    assertEquals(outcome(flood), FLAWLESS);
    assertEquals(flood.measurements.messagesEchoed, 0);
  },
);

for (const [sizeBytes, place] of [[100, 50], [99, 0], [99, 3], [99, 50], [99, 96], [99, 98]]) {
  testEachFlood(
    `a flood finds that a server changes byte ${place} of ${sizeBytes}`,
    async (floodOf) => {
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
      const flood = floodOf(target, { messageSet: ofSize(sizeBytes) });
      await flood.run();
      assertEquals(outcome(flood), { ...FLAWLESS, wrongBytes: 1 });
      assert(!isFlawless(flood, 3));
    },
  );
}

testEachFlood(
  "a flood of numbers finds every byte of a server that answers in letters",
  async (floodOf) => {
    const enough = afterEach(10, () => flood.stop());
    await using target = new Target(async (conn, index) => {
      for await (const chunk of chunks(conn)) {
        await writeAll(conn, chunk.fill(0x78));
        enough(index);
      }
    });
    const flood = floodOf(target, { messageSet: numbers() });
    await flood.run();
    const { wrongBytes, bytesReceived } = flood.measurements;
    assertEquals(wrongBytes, bytesReceived);
  },
);

testEachFlood("a flood finds that more came back than was sent", async (floodOf) => {
  const enough = afterEach(10, () => flood.stop());
  await using target = new Target(async (conn, index) => {
    for await (const chunk of chunks(conn)) {
      await writeAll(conn, new Uint8Array([...chunk, ...chunk]));
      enough(index);
    }
  });
  const flood = floodOf(target, { messageSet: always("x") });
  await flood.run();
  const { messagesSent, messagesEchoed, roundTrips, wrongBytes } = flood.measurements;
  assertGreater(wrongBytes, 0);
  // What comes unasked looks right, and is no answer.
  assertEquals([messagesEchoed, roundTrips.count], [messagesSent, messagesSent]);
});

testEachFlood("a flood loses the connections that a server closes early", async (floodOf) => {
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

testEachFlood(
  "a flood loses the connections that a server closes after its first echo",
  async (floodOf) => {
    await using target = new Target(async (conn) => {
      for await (const chunk of chunks(conn)) return await writeAll(conn, chunk);
    });
    const flood = floodOf(target);
    await flood.run();
    assertEquals(outcome(flood), { ...FLAWLESS, lost: 3 });
  },
);

testEachFlood(
  "a flood loses the connections whose server sends its last byte, and still listens",
  async (floodOf) => {
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
  },
);

testEachFlood("a flood loses the connections that a server resets", async (floodOf) => {
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
}, { ignore: !canReset });

testEachFlood("a flood is not served by a server that never answers", async (floodOf) => {
  const enough = afterEach(1, () => flood.stop());
  await using target = new Target(async (conn, index) => {
    for await (const _ of chunks(conn)) enough(index);
  });
  const flood = floodOf(target);
  await flood.run();
  assertEquals(outcome(flood), { ...FLAWLESS, served: 0 });
  assertStringIncludes(describeResults(flood, wanted(3), en).join("\n"), en.flood.notServed(3));
});

testEachFlood("a flood is not served by a server that never accepts", async (floodOf) => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const flood = floodOf(listener.addr);
  const running = flood.run();
  await until(() => flood.waiting === 3);
  assertEquals(flood.connected, 3);
  flood.stop();
  await running;
  assertEquals(outcome(flood), { ...FLAWLESS, served: 0 });
});

testEachFlood("a flood is refused where nobody listens", async (floodOf) => {
  const flood = floodOf({ port: NOBODYS_PORT });
  await flood.run();
  assertEquals(outcome(flood), { opened: 0, refused: 3, served: 0, lost: 0, wrongBytes: 0 });
});

testEachFlood(
  "a flood tells of who was never served, even if others were lost",
  async (floodOf) => {
    await using target = new Target(async (conn, index) => {
      for await (const chunk of chunks(conn)) {
        if (index === 0) continue; // never answered
        await writeAll(conn, chunk);
        return;
      }
    });
    const flood = floodOf(target, { conns: 2 });
    const running = flood.run();
    await until(() => flood.measurements.lost > 0);
    flood.stop();
    await running;
    assertEquals(outcome(flood), { opened: 2, refused: 0, served: 1, lost: 1, wrongBytes: 0 });
    assertStringIncludes(describeResults(flood, wanted(2), en).join("\n"), en.flood.notServed(1));
  },
);

testEachFlood("the results for programs hold what was measured", async (floodOf) => {
  const enough = afterEach(5, () => flood.stop());
  await using target = echoTarget(enough);
  const flood = floodOf(target);
  await flood.run();
  const results = JSON.parse(resultsAsJson(flood, wanted(3)));
  for (const [name, value] of Object.entries(outcome(flood))) assertEquals(results[name], value);
  assertEquals(results.messagesEchoed, flood.measurements.messagesEchoed);
  for (const times of [results.connectTimeMs, results.roundTripMs]) {
    assertEquals(Object.keys(times), ["p50", "p90", "p99", "p99.9", "max"]);
    assert(times.p50 > 0 && times.p50 <= times.max);
  }
}, { threads: [1, 2, 3, 8] });
