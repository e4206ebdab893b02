/**
 * What a flood is still owed at its end, or was never given: it must show in the results.
 *
 * @module
 */

import { freePort } from "../../../clients/target/listening_ports.ts";
import { createServer } from "node:net";
import type { FloodOptions } from "../../../clients/flood/options.ts";
import { describeResults, isFlawless, resultsAsJson } from "../../../clients/flood/results.ts";
import type { RunningFlood } from "../../../clients/flood/running_flood.ts";
import { en } from "../../../cli/messages/en/mod.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertStringIncludes,
} from "../../harness/assert.ts";
import { canReset, writeAll } from "../../harness/clients.ts";
import {
  chunks,
  echoTarget,
  FLAWLESS,
  outcome,
  testEachFlood,
  until,
} from "../../harness/flood.ts";
import { Target } from "../../harness/target.ts";
import "../../harness/sanitizers.ts";

/** Connections that wait at the end need not do so for long: nothing more will come. */
const SOON: Partial<FloodOptions> = { lastEchoesMs: 50 };

/** The results for people, in one text. */
function described(flood: RunningFlood, conns = 3, rate = Infinity): string {
  return describeResults(flood, { conns, rate, reconnectAfter: Infinity, sockets: "deno" }, en)
    .join("\n");
}

for (const wait of [true, false]) {
  testEachFlood(
    `a flood with a rate that ${wait ? "waits" : "does not wait"} shows a stall to the end`,
    async (floodOf) => {
      const stalled: number[] = [];
      const over = Promise.withResolvers<void>();
      await using target = new Target(async (conn, index) => {
        let echoes = 0;
        for await (const chunk of chunks(conn)) {
          if (echoes++ < 5) await writeAll(conn, chunk);
          else stalled[index] ??= performance.now();
        }
        await over.promise;
      });
      const flood = floodOf(target, { ...SOON, wait, rate: 100 });
      const running = flood.run();
      await until(() => stalled.filter((ms) => ms > 0).length === 3);
      await new Promise((resolve) => setTimeout(resolve, 400));
      const endMs = performance.now();
      flood.stop();
      await running;
      over.resolve();
      const { measurements } = flood;
      assertEquals(outcome(flood), FLAWLESS, "no connection was lost");
      assertEquals([measurements.unanswered, isFlawless(flood, 3)], [3, false]);
      // All messages that were due have a latency, and the first of them waited for all of the stall.
      const due = measurements.messagesSent + measurements.messagesNotSent;
      assertEquals(measurements.roundTrips.count, due);
      const stallMs = endMs - Math.max(...stalled);
      assertGreaterOrEqual(measurements.roundTrips.percentileMs(100), stallMs);
      assertGreaterOrEqual(due - measurements.messagesEchoed, 3 * Math.floor(stallMs / 10));
      assertEquals(
        measurements.messagesUnanswered,
        measurements.messagesSent - measurements.messagesEchoed,
      );
      if (wait) assertGreater(measurements.messagesOverdue, 0);
      assertStringIncludes(
        described(flood, 3, 100),
        en.flood.unanswered(
          measurements.messagesUnanswered,
          3,
        ),
      );
    },
  );
}

testEachFlood("a server that answers only after the end does not hide what it held up", async (
  floodOf,
) => {
  const over = Promise.withResolvers<void>();
  let stalled = 0;
  await using target = new Target(async (conn) => {
    let echoes = 0;
    for await (const chunk of chunks(conn)) {
      if (echoes++ === 5) {
        stalled++;
        await over.promise;
      }
      await writeAll(conn, chunk);
    }
  });
  const flood = floodOf(target, { rate: 100 });
  const running = flood.run();
  await until(() => stalled === 3);
  await new Promise((resolve) => setTimeout(resolve, 400));
  flood.stop();
  over.resolve();
  await running;
  const { measurements } = flood;
  const { messagesSent, messagesEchoed, messagesNotSent, messagesOverdue } = measurements;
  assertEquals(outcome(flood), FLAWLESS);
  assertEquals([messagesEchoed, measurements.unanswered], [messagesSent, 0]);
  assertGreater(messagesOverdue, 0);
  assert(!isFlawless(flood, 3));
  assertEquals(measurements.roundTrips.count, messagesSent + messagesNotSent);
  // Each connection owes some 40 messages, and has sent 6.
  assertGreaterOrEqual(measurements.roundTrips.percentileMs(60), 10);
});

testEachFlood("a flood with a rate that nobody could keep says what it has not sent", async (
  floodOf,
) => {
  await using target = echoTarget();
  const flood = floodOf(target, { rate: 1_000_000, durationMs: 400 });
  await flood.run();
  const { messagesSent, messagesEchoed, messagesNotSent, messagesOverdue, roundTrips } =
    flood.measurements;
  assertEquals(outcome(flood), FLAWLESS);
  assertEquals(messagesEchoed, messagesSent);
  assertGreater(messagesNotSent, messagesOverdue);
  assertGreater(messagesOverdue, 0);
  assert(!isFlawless(flood, 3));
  assertEquals(roundTrips.count, messagesSent + messagesNotSent);
  assertStringIncludes(
    described(flood, 3, 1_000_000),
    en.flood.rate(messagesSent + messagesNotSent, messagesSent, messagesNotSent),
  );
  assertEquals(
    JSON.parse(resultsAsJson(flood, { conns: 3, rate: 1_000_000, reconnectAfter: Infinity }))
      .messagesDue,
    roundTrips.count,
  );
});

testEachFlood("what is due on a connection that was lost was not sent", async (floodOf) => {
  await using target = new Target(async (conn, index) => {
    for await (const chunk of chunks(conn)) {
      await writeAll(conn, chunk);
      if (index === 0) return;
    }
  });
  // With two threads, each has one of the connections.
  const flood = floodOf(target, { conns: 2, rate: 100 });
  const running = flood.run();
  await until(() => flood.measurements.lost === 1);
  await new Promise((resolve) => setTimeout(resolve, 300)); // overdue is what is late by 250 ms
  flood.stop();
  await running;
  const { lost, messagesSent, messagesNotSent, messagesOverdue, roundTrips } = flood.measurements;
  assertEquals(lost, 1);
  assertGreater(messagesOverdue, 0);
  assertEquals(roundTrips.count, messagesSent + messagesNotSent);
});

testEachFlood("a flood tells apart how connections were lost", async (floodOf) => {
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  let connections = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const index = connections++;
    let isFirst = true;
    socket.on("data", (chunk) => {
      if (isFirst) socket.write(chunk);
      else if (index === 0) socket.resetAndDestroy();
      else if (index === 1) socket.end();
      isFirst = false; // and the third is never answered again
    });
    socket.on("end", () => socket.end()).on("error", () => {});
  }).listen(0, "127.0.0.1", resolve);
  await listening;
  const address = server.address();
  assert(address !== null && typeof address === "object");
  const flood = floodOf(address, SOON);
  const running = flood.run();
  await until(() => flood.measurements.lost === 2);
  flood.stop();
  await running;
  await new Promise((resolve) => server.close(resolve));
  assertEquals(outcome(flood), { ...FLAWLESS, lost: 2 });
  assertEquals(flood.measurements.lostBy, { reset: 1, closedEarly: 1 });
  assertEquals(flood.measurements.unanswered, 1);
  const text = described(flood);
  for (const reason of ["reset", "closedEarly"]) {
    assertStringIncludes(text, en.flood.lost(1, en.flood.loss(reason)));
  }
  assertStringIncludes(text, en.flood.unanswered(3, 1));
  const results = JSON.parse(
    resultsAsJson(flood, { conns: 3, rate: Infinity, reconnectAfter: Infinity }),
  );
  assertEquals(results.lostBy, { reset: 1, closedEarly: 1 });
  assertEquals([results.lost, results.unanswered, results.messagesUnanswered], [2, 1, 3]);
}, { ignore: !canReset });

testEachFlood(
  "each reason of a refusal is told, though others were not refused",
  async (floodOf) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: freePort() });
    const flood = floodOf(listener.addr, { connectRate: 10, lastEchoesMs: 0 });
    const running = flood.run();
    const conn = await listener.accept();
    listener.close();
    await until(() => flood.measurements.refused === 2);
    flood.stop();
    await running;
    conn.close();
    assertEquals(flood.measurements.refusedBy, { ECONNREFUSED: 2 });
    assertStringIncludes(
      described(flood),
      en.flood.refused(2, en.flood.refusal("ECONNREFUSED", "deno")),
    );
    assertEquals(
      JSON.parse(resultsAsJson(flood, { conns: 3, rate: Infinity, reconnectAfter: Infinity }))
        .refusedBy,
      {
        ECONNREFUSED: 2,
      },
    );
  },
);

testEachFlood("a flood of a mute server says that nothing was answered", async (floodOf) => {
  let heard = 0;
  await using target = new Target(async (conn) => {
    for await (const _ of chunks(conn)) heard++;
  });
  const flood = floodOf(target);
  const running = flood.run();
  await until(() => heard === 3);
  flood.stop();
  await running;
  assertStringIncludes(described(flood), en.flood.nothingAnswered);
  const { roundTripMs, messagesUnanswered } = JSON.parse(
    resultsAsJson(flood, { conns: 3, rate: Infinity, reconnectAfter: Infinity }),
  );
  assertEquals([roundTripMs, messagesUnanswered], [null, 3]);
});

Deno.test("where ports run out, Deno's sockets are told of the others", () => {
  assertStringIncludes(en.flood.refusal("EADDRNOTAVAIL", "deno"), "--sockets libc");
  assert(!en.flood.refusal("EADDRNOTAVAIL", "libc").includes("--sockets"));
});
