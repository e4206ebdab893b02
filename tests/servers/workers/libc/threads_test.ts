/**
 * Threads that make the system's calls: how many there are, and how they end.
 *
 * @module
 */

import { linesOf } from "../../../../cli/text_lines.ts";
import { hasSystemCalls } from "../../../../servers/system/system_calls.ts";
import { assertEquals, assertGreaterOrEqual, assertLess } from "../../../harness/assert.ts";
import { echoInPieces, exchange, readToEnd, writeAll } from "../../../harness/clients.ts";
import { randomBytes } from "../../../harness/bytes.ts";
import { commandFor, Server } from "../../../harness/playground.ts";
import { countWorkers, until } from "../../../harness/workers.ts";
import { test } from "../../../harness/test.ts";

const ignore = !hasSystemCalls();
const encoder = new TextEncoder();

function start(flags: string[]): Promise<Server> {
  return Server.start(["thread", "--sockets", "libc", ...flags]);
}

async function countDescriptors({ pid }: Server): Promise<number> {
  return (await Array.fromAsync(Deno.readDir(`/proc/${pid}/fd`))).length;
}

test(
  "thread on libc: spare threads are there before anybody can connect, and again later",
  async () => {
    await using server = await start(["--quiet", "--spare", "3", "--keep", "0"]);
    assertEquals(await countWorkers(server), 1 + 3);
    const clients: Deno.TcpConn[] = [];
    for (let i = 0; i < 5; i++) {
      const client = await server.connect();
      assertEquals(await exchange(client, "served"), "served");
      clients.push(client);
    }
    await until(1 + 5 + 3, () => countWorkers(server));
    for (const client of clients) client.close();
    await until(1 + 3, () => countWorkers(server));
    assertEquals((await server.stop()).code, 0);
  },
  { ignore },
);

test("thread on libc: nothing is left of clients that have gone", async () => {
  await using server = await start(["--quiet", "--spare", "2", "--keep", "0"]);
  const before = await countDescriptors(server);
  for (let round = 0; round < 4; round++) {
    await Promise.all(Array.from({ length: 10 }, async () => {
      using client = await server.connect();
      await echoInPieces(client, randomBytes(10_000));
    }));
  }
  await until(1 + 2, () => countWorkers(server));
  await until(before, () => countDescriptors(server));
  assertEquals((await server.stop()).code, 0);
  const [{ accepted, closed, active, bytesIn, bytesOut }] = server.events("stopped");
  assertEquals([accepted, closed, active, bytesIn, bytesOut], [40, 40, 0, 400_000, 400_000]);
}, { ignore });

test("thread on libc: the reason why a client was let go is reported", async () => {
  const file = await Deno.makeTempFile({ suffix: ".js" });
  try {
    await Deno.writeTextFile(
      file,
      'export default () => ({ receive() { throw new Error("on purpose"); } });',
    );
    await using server = await start(["--handler", file]);
    using client = await server.connect();
    const { port } = client.localAddr;
    await writeAll(client, encoder.encode("x"));
    assertEquals((await readToEnd(client)).length, 0);
    const { peer, reason } = await server.event("client-failed");
    assertEquals([peer, reason], [`127.0.0.1:${port}`, `${file}: line 1: on purpose`]);
  } finally {
    await Deno.remove(file);
  }
}, { ignore });

test("thread on libc: a thread that sleeps does not hold up the end", async () => {
  await using server = await start(["--sleep", "60s", "--grace", "0"]);
  using client = await server.connect();
  await writeAll(client, encoder.encode("anybody?"));
  await server.event("received");
  const beganMs = performance.now();
  const { code } = await server.stop();
  assertEquals([code, server.events("cut-off").length], [0, 0]);
  assertLess(performance.now() - beganMs, 6_000);
}, { ignore });

test("thread on libc: a thread that computes for ever is ended from outside", async () => {
  await using server = await start(["--cpu", "60000", "--grace", "0"]);
  using client = await server.connect();
  await writeAll(client, encoder.encode("anybody?"));
  await server.event("received");
  const { code } = await server.stop();
  assertEquals([code, server.events("cut-off").length], [0, 1]);
}, { ignore });

test(
  "thread on libc: clients beyond the most that there can be wait for one to leave",
  async () => {
    await using server = await Server.start(
      ["thread", "--sockets", "libc", "--quiet", "--grace", "0"],
      { before: "ulimit -n 96" },
    );
    const clients: Deno.TcpConn[] = [];
    for (let i = 0; i < 10; i++) clients.push(await server.connect());
    const { max, limit } = await server.event("clients-limited");
    assertEquals(limit, 96);
    const served = Number(max);
    assertGreaterOrEqual(served, 2);
    assertLess(served, 10);
    for (const client of clients.slice(0, served)) assertEquals(await exchange(client, "on"), "on");
    clients[0].close();
    assertEquals(await exchange(clients[served], "my turn"), "my turn");
    for (const client of clients.slice(1)) client.close();
    assertEquals((await server.stop()).code, 0);
    assertEquals(server.events("clients-limited").length, 1);
  },
  { ignore },
);

for (const model of ["thread", "threadpool"]) {
  test(`${model} on libc: a stop while threads are being made is not lost`, async () => {
    const flag = model === "thread" ? "--spare" : "--threads";
    const args = [model, "--sockets", "libc", flag, "200", "--quiet"];
    const file = await Deno.makeTempFile({ suffix: ".js" });
    try {
      // Every thread writes a line while it is being made, so there is a moment to wait for.
      await Deno.writeTextFile(
        file,
        'console.error("made"); export default () => ({ receive: (chunk) => chunk });',
      );
      assertEquals(await stopEarly([...args, "--handler", file]), 0);
    } finally {
      await Deno.remove(file);
    }
  }, { ignore });
}

/** Starts a server, stops it when it has made some threads, and gives its exit status. */
async function stopEarly(args: string[]): Promise<number> {
  const [program, programArgs] = commandFor(["serve", "--json", "--port", "0", ...args]);
  const child = new Deno.Command(program, { args: programArgs, stdout: "null", stderr: "piped" })
    .spawn();
  let lines = 0;
  // The first is the server's own.
  for await (
    const _ of linesOf(child.stderr)
  ) {
    if (++lines === 5) child.kill("SIGINT");
  }
  assertGreaterOrEqual(lines, 5);
  return (await child.status).code;
}
