/**
 * What a pool of threads promises beyond what all models do.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals, assertLess } from "../harness/assert.ts";
import { exchange, readExactly, readToEnd, writeAll } from "../harness/clients.ts";
import { Server } from "../harness/playground.ts";
import { test } from "../harness/test.ts";

const ignore = Deno.build.os === "windows";
const KINDS = hasSystemCalls() ? ["deno", "libc"] : ["deno"];
const encoder = new TextEncoder();
const decoder = new TextDecoder();

async function said(conn: Deno.TcpConn, text: string): Promise<string> {
  return decoder.decode(await readExactly(conn, text.length));
}

for (const kind of KINDS) {
  const pool = `threadpool on ${kind}`;
  const start = (flags: string[]) => Server.start(["threadpool", "--sockets", kind, ...flags]);

  test(`${pool}: the client after the last thread waits, and is served when one has left`, async () => {
    await using server = await start(["--threads", "2", "--verbose"]);
    const first = await server.connect();
    using second = await server.connect();
    assertEquals(await exchange(first, "first"), "first");
    assertEquals(await exchange(second, "second"), "second");
    using third = await server.connect();
    await writeAll(third, encoder.encode("third"));
    await server.event("accepted", 3);
    // Both threads serve others several times over, and never the third.
    for (let i = 0; i < 10; i++) assertEquals(await exchange(second, "again"), "again");
    assertEquals(server.events("received").filter(({ bytes }) => bytes === "third"), []);
    first.close();
    assertEquals(await said(third, "third"), "third");
  });

  test(`${pool}: as many as there are threads wait in the queue, the rest in the backlog`, async () => {
    await using server = await start(["--threads", "2", "--verbose"]);
    const clients: Deno.TcpConn[] = [];
    for (let i = 0; i < 10; i++) clients.push(await server.connect());
    await server.event("accepted", 4);
    for (const client of clients.slice(0, 2)) assertEquals(await exchange(client, "on"), "on");
    assertEquals(server.events("accepted").length, 4);
    // One after another leaves, and each time another one is accepted and one is served.
    for (let i = 0; i < 8; i++) {
      clients[i].close();
      assertEquals(await exchange(clients[i + 2], "my turn"), "my turn");
    }
    await server.event("accepted", 10);
    for (const client of clients.slice(8)) client.close();
    assertEquals((await server.stop()).code, 0);
  });

  test(`${pool}: clients in the queue count towards --max-clients`, async () => {
    const flags = ["--threads", "2", "--max-clients", "3"];
    await using server = await start(flags);
    const clients: Deno.TcpConn[] = [];
    for (let i = 0; i < 4; i++) clients.push(await server.connect());
    await server.event("refused");
    assertEquals((await readToEnd(clients[3])).length, 0);
    assertEquals(server.events("accepted").length, 3);
    for (const client of clients) client.close();
  });

  for (
    const [how, receive] of [
      ["throws", 'throw new Error("on purpose")'],
      // On the system's sockets a thread that serves never gets to its timers.
      ...(kind === "libc"
        ? []
        : [["throws later", 'setTimeout(() => { throw new Error("later"); }); return chunk']]),
    ]
  ) {
    test(`${pool}: a handler that ${how} costs the pool no thread`, async () => {
      const file = await Deno.makeTempFile({ suffix: ".js" });
      try {
        await Deno.writeTextFile(
          file,
          `export default () => ({ receive(chunk) {
          if (chunk[0] !== 0x78) return chunk;
          ${receive};
        } });`,
        );
        const flags = ["--threads", "2", "--verbose", "--handler", file];
        await using server = await start(flags);
        for (let i = 0; i < 6; i++) {
          using bad = await server.connect();
          await writeAll(bad, encoder.encode("x"));
          await readToEnd(bad).catch(() => {});
        }
        // Once more for both threads, while others wait for them in the queue.
        const bad = [await server.connect(), await server.connect()];
        using one = await server.connect();
        using other = await server.connect();
        await server.event("accepted", 10);
        for (const client of bad) await writeAll(client, encoder.encode("x"));
        for (const client of bad) {
          await readToEnd(client).catch(() => {});
          client.close();
        }
        assertEquals(await exchange(one, "one"), "one");
        assertEquals(await exchange(other, "other"), "other");
      } finally {
        await Deno.remove(file);
      }
    });
  }

  test(`${pool}: a client that was accepted is served though the server is stopping`, async () => {
    await using server = await start(["--threads", "1", "--grace", "30s"]);
    const first = await server.connect();
    assertEquals(await exchange(first, "first"), "first");
    using waiting = await server.connect();
    await writeAll(waiting, encoder.encode("owed"));
    await server.event("accepted", 2);
    server.signal("SIGINT");
    await server.event("stopping");
    first.close();
    assertEquals(await said(waiting, "owed"), "owed");
    waiting.closeWrite();
    assertEquals((await server.outcome()).code, 0);
  }, { ignore });

  test(`${pool}: when the grace is over, neither sleepers nor the queue hold it up`, async () => {
    const flags = ["--threads", "1", "--sleep", "60s", "--grace", "0"];
    await using server = await start(flags);
    using asleep = await server.connect();
    using waiting = await server.connect();
    for (const client of [asleep, waiting]) await writeAll(client, encoder.encode("anybody?"));
    await server.event("accepted", 2);
    await server.event("received");
    const beganMs = performance.now();
    const { code } = await server.stop();
    assertEquals([code, server.events("cut-off").length], [0, 0]);
    assertLess(performance.now() - beganMs, 6_000);
    const [{ accepted, closed, active }] = server.events("stopped");
    assertEquals([accepted, closed, active], [2, 2, 0]);
  }, { ignore });
}
