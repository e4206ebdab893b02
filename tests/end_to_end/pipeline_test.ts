/**
 * The stages of `pipeline`: what a full queue does, and whom it spares.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assert, assertEquals, assertMatch } from "../harness/assert.ts";
import { decode, encode } from "../harness/bytes.ts";
import { exchange, readExactly, readToEnd, writeAll } from "../harness/clients.ts";
import { ComputingHandler } from "../harness/computing.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { run, Server } from "../harness/playground.ts";
import { test } from "../harness/test.ts";

const ignore = !hasSystemCalls();

/** What comes before the end of the stream, and whether that is a reset. */
async function outcomeOf(conn: Deno.TcpConn): Promise<{ text: string; isReset: boolean }> {
  let text = "";
  try {
    for (let bytes; (bytes = await readExactly(conn, 1)).length > 0;) text += decode(bytes);
    return { text, isReset: false };
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
    return { text, isReset: true };
  }
}

test("pipeline: a full queue refuses with a reset, and those in it are served", async () => {
  await using handler = await ComputingHandler.make();
  await using server = await Server.start([
    ...["pipeline", "--workers", "1", "--queue", "2", "--handler", handler.path, "--grace", "0"],
  ]);
  using busy = await server.connect();
  await handler.hold(busy);
  const queued = [];
  for (const name of ["first", "second"]) {
    const conn = await server.connect();
    queued.push(conn);
    await writeAll(conn, encode(name));
    await server.event("received", queued.length + 1);
  }
  for (let refused = 0; refused < 3; refused++) {
    using conn = await server.connect();
    await writeAll(conn, encode("one more"));
    assertEquals(await outcomeOf(conn), { text: "", isReset: true });
  }

  await handler.release();
  assertEquals(decode(await readExactly(busy, 4)), "hold");
  for (const [index, name] of ["first", "second"].entries()) {
    assertEquals(decode(await readExactly(queued[index], name.length)), name);
    queued[index].close();
  }
  using late = await server.connect();
  assertEquals(await exchange(late, "served again"), "served again");
  const { code } = await server.stop();
  assertEquals(code, 0);
  const [totals] = server.events("stopped");
  assertEquals([totals.shed, totals.accepted, totals.resets], [3, 7, 0]);
}, { ignore });

test("pipeline: an HTTP client that is refused is told so, with 503", async () => {
  const clients = 6;
  await using server = await Server.start([
    ...["pipeline", "--handler", "http", "--workers", "1", "--queue", "1", "--cpu", "500ms"],
    "--quiet",
  ]);
  const answers = await Promise.all(Array.from({ length: clients }, async () => {
    using conn = await server.connect();
    await writeAll(conn, encode("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"));
    return decode(await readToEnd(conn));
  }));
  const served = answers.filter((answer) => answer.startsWith("HTTP/1.1 200 OK\r\n"));
  const refused = answers.filter((answer) => answer.startsWith("HTTP/1.1 503 "));
  assert(served.length >= 1 && refused.length >= 1, answers.join("\n"));
  assertEquals(served.length + refused.length, clients);
  for (const answer of refused) {
    const [head, body] = answer.split("\r\n\r\n");
    assertMatch(head, new RegExp(`content-length: ${body.length}(\r\n|$)`));
  }
  assertEquals((await server.stop()).code, 0);
  assertEquals(server.events("stopped")[0].shed, refused.length);
}, { ignore });

test("pipeline: the totals say for people how many a full queue turned away", async () => {
  await using handler = await ComputingHandler.make();
  await using server = await Server.start(
    [
      ...["pipeline", "--workers", "1", "--queue", "1", "--handler", handler.path],
      ...["--quiet", "--grace", "0"],
    ],
    {},
    "text",
  );
  using busy = await server.connect();
  await handler.hold(busy);
  const conns = await Promise.all(Array.from({ length: 3 }, async () => {
    const conn = await server.connect();
    await writeAll(conn, encode("x"));
    return conn;
  }));
  // One of them is in the queue until the handler goes on.
  let ended = 0;
  const outcomes = conns.map((conn) => outcomeOf(conn).then(() => ended++));
  while (ended < 2) await delay(5);
  await handler.release();
  await readExactly(busy, 4);
  const { stdout } = await server.stop();
  await Promise.all(outcomes);
  for (const conn of conns) conn.close();
  assertMatch(stdout, /4 clients served, 2 turned away by a full queue/);
}, { ignore });

test(
  "pipeline: clients that come all at once are served, however short the queues are",
  async () => {
    await using server = await Server.start([
      ...["pipeline", "--workers", "1", "--recv-size", "1", "--quiet"],
    ]);
    const clients = Array.from({ length: 40 }, async (_, index) => {
      using conn = await server.connect();
      assertEquals(await exchange(conn, `client ${index}`), `client ${index}`);
    });
    await Promise.all(clients);
  },
  { ignore },
);

test("pipeline: a client that never says anything is ended when it was idle", async () => {
  await using server = await Server.start(["pipeline", "--idle-timeout", "100ms", "--quiet"]);
  using conn = await server.connect();
  assertEquals((await readToEnd(conn)).length, 0);
}, { ignore });

test("pipeline is for the system's sockets, and takes them by itself", async () => {
  assertOneLine(
    await run(["serve", "pipeline", "--sockets", "deno"]),
    2,
    /^pipeline needs --sockets libc: a connection of Deno's stays with the thread/,
  );
  await using server = await Server.start(["pipeline", "--quiet"]);
  assertEquals(server.events("listening")[0].sockets, "libc");
}, { ignore });

test("a queue is for pipeline only", async () => {
  assertOneLine(await run(["serve", "offload", "--queue", "3"]), 2, /--queue/);
});
