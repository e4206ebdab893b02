/**
 * Errors by kind, with when they came first, and floods that open lost connections again.
 *
 * @module
 */

import { en } from "../../../cli/messages/en/mod.ts";
import { describeFindings, findingsAsJson } from "../../../clients/flood/findings.ts";
import { describeResults } from "../../../clients/flood/results.ts";
import { LoadClient } from "../../../clients/flood/load_client.ts";
import { Measurements } from "../../../clients/flood/measurements.ts";
import type { FloodOptions } from "../../../clients/flood/options.ts";
import { freePort } from "../../../clients/target/listening_ports.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertMatch,
  assertStringIncludes,
} from "../../harness/assert.ts";
import { closeOnce, writeAll } from "../../harness/clients.ts";
import { chunks, echoTarget, testEachFlood, until } from "../../harness/flood.ts";
import { Target } from "../../harness/target.ts";
import "../../harness/sanitizers.ts";

const DOWN_MS = 400;

for (const options of [{ totalRate: 200 }, {}]) {
  const how = "totalRate" in options ? "at a total rate" : "in a closed loop";
  testEachFlood(
    `a server that dies and comes back is survived ${how}`,
    async (floodOf) => {
      const port = freePort(); // no other is given it while the server is away
      const first = echoTarget(undefined, port);
      const flood = floodOf(first, { reconnect: true, thinkMs: 2, ...options });
      const beganMs = performance.now();
      const running = flood.run();
      await until(() => flood.measurements.served === 3);
      const diedMs = performance.now();
      await first[Symbol.asyncDispose]();
      await until(() => flood.measurements.lost === 3);
      await until(() => flood.measurements.refused >= 3);
      const refusedMs = performance.now() - beganMs;
      await new Promise((resolve) => setTimeout(resolve, DOWN_MS));
      await until(() => flood.measurements.refused > 3); // later than the first
      let echoes = 0;
      await using _second = new Target(async (conn) => {
        for await (const chunk of chunks(conn)) {
          echoes++;
          await writeAll(conn, chunk);
        }
      }, port);
      const downMs = performance.now() - diedMs;
      await until(() => echoes > 100 && flood.measurements.served === 6);
      flood.stop();
      await running;
      const { measurements } = flood;
      const { opened, served, lost, refused, refusedBy, reopened, outages } = measurements;
      assertEquals([opened, served, lost, reopened, outages.count], [6, 6, 3, 3, 3]);
      assertEquals(refusedBy, { ECONNREFUSED: refused });
      // Pauses grow: each client has tried after some 100, 300 and 700 ms, and so on.
      assertGreater(refused, 3);
      assertLessOrEqual(refused, 3 * (1 + Math.log2(1 + downMs / 75)));
      assertGreaterOrEqual(outages.percentileMs(0), DOWN_MS - 2); // clocks of milliseconds are rounded
      const [{ reason, count, firstMs }] = errorsOf(flood, "refused");
      assertEquals([reason, count], ["ECONNREFUSED", refused]);
      assertGreater(firstMs, 0);
      assertLessOrEqual(firstMs, refusedMs + 2);
      const [lostFirst] = errorsOf(flood, "lost");
      assertLessOrEqual(lostFirst.firstMs, firstMs);
      const text = describeFindings(flood, en).join("\n");
      assertStringIncludes(text, en.floodEngine.reopened(3));
      assertMatch(text, /^without one +50 % .* max /m);
    },
    { threads: [2] },
  );
}

testEachFlood(
  "with a rate, what is due after a server has died and to the end counts as not sent",
  async (floodOf) => {
    const port = freePort(); // no other is given it while the server is away
    const target = echoTarget(undefined, port);
    const INTERVAL_MS = 10;
    const flood = floodOf(target, { reconnect: true, rate: 1_000 / INTERVAL_MS });
    const running = flood.run();
    await until(() => flood.measurements.served === 3);
    await target[Symbol.asyncDispose]();
    await until(() => flood.measurements.lost === 3);
    const lostMs = performance.now();
    await new Promise((resolve) => setTimeout(resolve, DOWN_MS));
    await until(() => flood.measurements.refused >= 3);
    const downMs = performance.now() - lostMs;
    flood.stop();
    await running;
    const { messagesNotSent, messagesOverdue, roundTrips } = flood.measurements;
    assertGreaterOrEqual(messagesNotSent, 3 * (downMs / INTERVAL_MS - 1));
    assertGreater(messagesOverdue, 0);
    assertGreaterOrEqual(roundTrips.percentileMs(100), downMs - 2 * INTERVAL_MS);
  },
  { threads: [2] },
);

testEachFlood("a server that is not there yet is waited for", async (floodOf) => {
  const port = freePort();
  const flood = floodOf({ port }, { reconnect: true, thinkMs: 2 });
  const running = flood.run();
  await until(() => flood.measurements.refused >= 3);
  await using _second = new Target(async (conn) => {
    for await (const chunk of chunks(conn)) await writeAll(conn, chunk);
  }, port);
  await until(() => flood.measurements.served === 3);
  flood.stop();
  await running;
  const { clients, opened, reopened, lost } = flood.measurements;
  assertEquals([clients, opened, reopened, lost], [3, 3, 3, 0]);
}, { threads: [2] });

testEachFlood("errors stand in the results by kind, with when the first came", async (floodOf) => {
  await using target = new Target(async (conn) => {
    await new Promise((resolve) => setTimeout(resolve, 60));
    closeOnce(conn);
  });
  const flood = floodOf(target);
  const beganMs = performance.now();
  await flood.run();
  const tookMs = performance.now() - beganMs;
  const [{ reason, count, firstMs }, ...others] = errorsOf(flood, "lost");
  assertEquals([count, others.length], [3, 0]);
  assert(reason === "closedEarly" || reason === "reset");
  assertGreaterOrEqual(firstMs, 59);
  assertLessOrEqual(firstMs, tookMs + 1);
  const wanted = { conns: 3, rate: Infinity, reconnectAfter: Infinity, sockets: "deno" } as const;
  assertMatch(
    describeResults(flood, wanted, en).join("\n"),
    /^lost +3 .* by the server; first after \d+(\.\d+)? m?s$/m,
  );
});

function errorsOf(flood: Parameters<typeof findingsAsJson>[0], kind: "refused" | "lost") {
  const { errors } = JSON.parse(JSON.stringify(findingsAsJson(flood)));
  assert(Array.isArray(errors));
  return errors.filter((error) => error.kind === kind);
}

Deno.test("a client pauses longer after each failure, up to a limit, with reconnect", () => {
  const options: FloodOptions = {
    ...{ host: "", port: 0, conns: 1, reconnectAfter: Infinity, connectionsEach: Infinity },
    ...{ durationMs: 0, settleMs: 0, warmupMs: 0, messageSet: [], replySet: [], rate: Infinity },
    ...{ wait: true, connectRate: Infinity, thinkMs: 0, lastEchoesMs: 0 },
  };
  const after = (client: LoadClient, nowMs: number) =>
    client.afterRefusal("ECONNREFUSED", nowMs, new Measurements()) - nowMs;
  assertEquals(after(new LoadClient(0, options), 0), Infinity);
  const client = new LoadClient(0, { ...options, reconnect: true });
  for (const mostMs of [100, 200, 400, 800, 1_600, 2_000, 2_000]) {
    const pauseMs = after(client, 1_000);
    assertLessOrEqual(pauseMs, mostMs);
    assertGreaterOrEqual(pauseMs, mostMs * 0.75);
  }
  const measurements = new Measurements();
  client.opened(1, 9_000, measurements);
  assertEquals(measurements.reopened, 1);
  assertEquals(Math.round(measurements.outages.percentileMs(100) / 10), 800);
});
