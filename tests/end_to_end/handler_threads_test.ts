/**
 * Threads that compute for a loop: who waits for whom, and what a thread that breaks takes with it.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assert, assertEquals, assertLess, assertMatch } from "../harness/assert.ts";
import { decode, encode } from "../harness/bytes.ts";
import { echoInPieces, exchange, readExactly, readToEnd, writeAll } from "../harness/clients.ts";
import { withDirectory } from "../harness/directory.ts";
import { ComputingHandler, sendUntilStalled } from "../harness/computing.ts";
import { Server } from "../harness/playground.ts";
import { residentBytes } from "../harness/processes.ts";
import { test } from "../harness/test.ts";

const ON_LIBC = hasSystemCalls() ? [["offload", "libc"], ["pipeline", "libc"]] : [];
const MEGABYTE = 1_000_000;
const SLOW_CLOSE = (log: string) => `
export default () => ({
  receive: (bytes) => bytes,
  close() {
    for (const until = performance.now() + 100; performance.now() < until;);
    Deno.writeTextFileSync(${JSON.stringify(log)}, "closed\\n", { append: true });
  },
});`;

for (const [model, sockets] of [["offload", "deno"], ...ON_LIBC]) {
  const begin = (handler: ComputingHandler, workers: number) =>
    Server.start([
      ...[model, "--sockets", sockets, "--workers", String(workers), "--quiet"],
      ...["--handler", handler.path],
    ]);

  test(`${model} on ${sockets}: who computes holds up the clients of its thread, and no others`, async () => {
    await using handler = await ComputingHandler.make();
    await using server = await begin(handler, 2);
    using first = await server.connect();
    assertEquals(await exchange(first, "first"), "first"); // so that it has its thread
    using second = await server.connect();
    assertEquals(await exchange(second, "second"), "second");
    using third = await server.connect(); // shares a thread with the first
    assertEquals(await exchange(third, "third"), "third");

    await handler.hold(first);
    await writeAll(third, encode("waits"));
    let isAnswered = false;
    const answer = readExactly(third, 5).then((bytes) => {
      isAnswered = true;
      return decode(bytes);
    });
    for (let i = 0; i < 50; i++) assertEquals(await exchange(second, `${i}`), `${i}`);
    using newcomer = await server.connect(); // the thread of the second has fewer
    assertEquals(await exchange(newcomer, "new"), "new");
    assertEquals(isAnswered, false);

    await handler.release();
    assertEquals(await answer, "waits");
    assertEquals(decode(await readExactly(first, 4)), "hold");
  });

  test(`${model} on ${sockets}: when a thread breaks, its clients end, and another takes its place`, async () => {
    await using handler = await ComputingHandler.make();
    await using server = await begin(handler, 2);
    const clients = [];
    for (const name of ["one", "two", "three", "four"]) {
      const conn = await server.connect();
      clients.push(conn);
      assertEquals(await exchange(conn, name), name);
    }
    const [culprit, witness, victim, other] = clients;
    await writeAll(culprit, encode("break"));
    assertEquals(decode(await readToEnd(culprit)), "break");
    assertEquals((await readToEnd(victim)).length, 0);
    assertMatch(String((await server.event("client-failed", 2)).reason), /broken on purpose/);
    for (const conn of [witness, other]) assertEquals(await exchange(conn, "same"), "same");
    // The new thread has the fewest clients, so these two come to it.
    for (const name of ["five", "six"]) {
      using conn = await server.connect();
      assertEquals(await exchange(conn, name), name);
    }
    for (const conn of clients) conn.close();
    const { code, stderr } = await server.stop();
    assertEquals([code, stderr], [0, ""]);
    assertEquals(server.events("client-failed").length, 2);
    assertEquals(server.events("worker-failed").map(({ worker }) => worker), [1]);
  });

  test(`${model} on ${sockets}: a chunk may have more answers than there is room for at once`, async () => {
    const directory = await Deno.makeTempDir();
    const path = `${directory}/handler.mjs`;
    await Deno.writeTextFile(
      path,
      "export default () => ({ receive: (chunk) => [...chunk].map((_, i) => chunk.subarray(i, i + 1)) });",
    );
    await using server = await Server.start([
      ...[model, "--sockets", sockets, "--workers", "1", "--quiet", "--handler", path],
    ]);
    using conn = await server.connect();
    await echoInPieces(conn, crypto.getRandomValues(new Uint8Array(60_000)));
    await Deno.remove(directory, { recursive: true });
  });

  test(
    `${model} on ${sockets}: says when there are descriptors for fewer threads only`,
    async () => {
      await using server = await Server.start(
        [model, "--sockets", sockets, "--workers", "50", "--quiet"],
        { before: "ulimit -n 72" },
      );
      const { wanted, max } = await server.event("workers-limited");
      assertEquals(wanted, 50);
      assert(Number(max) < 4);
      using conn = await server.connect();
      assertEquals(await exchange(conn, "served"), "served");
    },
    { ignore: Deno.build.os === "windows" },
  );

  test(`${model} on ${sockets}: a thread that computes does not make the memory grow`, async () => {
    await using handler = await ComputingHandler.make();
    await using server = await begin(handler, 1);
    using busy = await server.connect();
    using eager = await server.connect();
    for (let i = 0; i < 200; i++) await exchange(eager, "x".repeat(16_384));
    await handler.hold(busy);
    const before = await residentBytes(server.pid);
    await sendUntilStalled(eager, 100 * MEGABYTE);
    assertLess(await residentBytes(server.pid) - before, 8 * MEGABYTE);
  }, { ignore: Deno.build.os === "windows" });

  test(`${model} on ${sockets}: sessions hear that their clients have left before the server ends`, () =>
    withDirectory(async (directory) => {
      const [path, log] = [`${directory}/slow_close.mjs`, `${directory}/log`];
      await Deno.writeTextFile(path, SLOW_CLOSE(log));
      await Deno.writeTextFile(log, "");
      const args = [model, "--sockets", sockets, "--workers", "2", "--quiet", "--handler", path];
      await using server = await Server.start(args);
      const clients = [await server.connect(), await server.connect(), await server.connect()];
      for (const client of clients) assertEquals(await exchange(client, "hello"), "hello");
      for (const client of clients) client.close();
      assertEquals((await server.stop()).code, 0);
      assertEquals(await Deno.readTextFile(log), "closed\n".repeat(3));
    }));
}
