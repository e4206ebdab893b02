/**
 * Child processes that inherit their client's socket.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals, assertLess, assertMatch, assertStringIncludes } from "../harness/assert.ts";
import { exchange, readExactly, readToEnd, writeAll } from "../harness/clients.ts";
import { run, Server } from "../harness/playground.ts";
import { processTree, stillRunning } from "../harness/processes.ts";
import { test } from "../harness/test.ts";

const ignore = !hasSystemCalls();
const PROCESS = ["process", "--sockets", "libc"];
const decoder = new TextDecoder();

test("process on libc --exec: the program has its client and nothing else", async () => {
  await using server = await Server.start([...PROCESS, "--quiet", "--exec", "ls -l /proc/self/fd"]);
  using held = await server.connect(); // ls has ended, but this socket of ours is open
  const [listing] = await Promise.all([readToEnd(held)]);
  const links = decoder.decode(listing).trim().split("\n").slice(1);
  const sockets = links.filter((link) => link.includes("socket:")).map((link) =>
    link.split(" -> ")
  );
  assertEquals(sockets.length, 2);
  assertEquals(sockets[0][1], sockets[1][1], "standard input and output are the same socket");
  assertMatch(sockets[0][0], / 0$/);
  assertMatch(sockets[1][0], / 1$/);
}, { ignore });

test(
  "process on libc --exec: a view shows a client on the lane of the program that serves it",
  async () => {
    const recording = await Deno.makeTempFile({ suffix: ".jsonl" });
    try {
      await using server = await Server.start([...PROCESS, "--exec", "cat", "--record", recording]);
      using conn = await server.connect();
      assertEquals(await exchange(conn, "served"), "served");
      // Time, client, state and lane of each change; lane 1 is the first process, and not the queue.
      const lanes = new Set<number>();
      while (!lanes.has(1)) {
        const lines = (await Deno.readTextFile(recording)).split("\n").slice(0, -1);
        const changes = lines.flatMap((line): number[][] => JSON.parse(line).changes ?? []);
        for (const [, , , lane] of changes) lanes.add(lane);
      }
    } finally {
      await Deno.remove(recording);
    }
  },
  { ignore },
);

test("process on libc --exec: what has arrived is answered when the grace is over", async () => {
  const args = [...PROCESS, "--quiet", "--exec", "cat", "--grace", "50ms"];
  await using server = await Server.start(args);
  const CLIENTS = 20;
  const { promise: allBegun, resolve } = Promise.withResolvers<void>();
  let begun = 0;
  const talk = async (index: number) => {
    using conn = await server.connect();
    for (let round = 0;; round++) {
      const text = `${index}:${round};`;
      await writeAll(conn, new TextEncoder().encode(text));
      const echo = decoder.decode(await readExactly(conn, text.length));
      if (echo === "") return;
      assertEquals(echo, text);
      if (round === 0 && ++begun === CLIENTS) resolve();
    }
  };
  const talking = Promise.all(Array.from({ length: CLIENTS }, (_, index) => talk(index)));
  await Promise.race([allBegun, talking]);
  const tree = await processTree(server.pid);
  assertEquals(tree.length, 2 + CLIENTS); // with the server and its guard
  const { code, stderr } = await server.stop();
  // A client may still have sent something when cat had read the end: then it is told so, as by cat.
  await talking.catch((error) => assertMatch(String(error), /reset|pipe/i));
  assertEquals([code, stderr], [0, ""]);
  assertEquals(await stillRunning(tree), []);
}, { ignore });

test(
  "process on libc: children that have ended leave nothing, and how badly is reported",
  async () => {
    await using server = await Server.start([...PROCESS, "--exec", "sh -c 'read line; exit 3'"]);
    const before = await processTree(server.pid);
    for (let client = 1; client <= 10; client++) {
      using conn = await server.connect();
      await writeAll(conn, new TextEncoder().encode("x\n"));
      await readToEnd(conn);
      const said = await server.event("child-ended", client);
      assertEquals([said.code, said.signal], [3, null]);
    }
    assertEquals(await processTree(server.pid), before); // zombies would count
    assertEquals((await server.stop()).code, 0);
  },
  { ignore },
);

test(
  "process on libc --spare: a waiting child serves one client, ends, and is replaced",
  async () => {
    await using server = await Server.start([...PROCESS, "--quiet", "--spare", "3"]);
    const spares = (await processTree(server.pid)).slice(1);
    assertEquals(spares.length, 3);
    const conn = await server.connect();
    assertEquals(await exchange(conn, "served"), "served");
    conn.close();
    let left = spares;
    while (left.length === 3) left = await stillRunning(spares);
    assertEquals(left.length, 2);
    const ended = spares.filter((pid) => !left.includes(pid));
    let children: number[] = [];
    // Who has ended is among them until the server has waited for it, wait(2).
    while (children.length !== 3 || children.includes(ended[0])) {
      children = (await processTree(server.pid)).slice(1);
    }
    assertEquals(children.filter((pid) => spares.includes(pid)), left);
    assertEquals((await server.stop()).code, 0);
    assertEquals(await stillRunning(children), []);
  },
  { ignore },
);

test(
  "process on libc --spare: a client whose child is killed before it begins gets another",
  async () => {
    await using server = await Server.start([
      ...PROCESS,
      "--quiet",
      "--grace",
      "0",
      "--spare",
      "8",
    ]);
    const spares = (await processTree(server.pid)).slice(1);
    for (const pid of spares) Deno.kill(pid, "SIGSTOP");
    using conn = await server.connect();
    const served = exchange(conn, "here");
    // The client is on its way to one of those that do not run, and then to the next, and the next.
    for (const pid of spares) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      Deno.kill(pid, "SIGKILL");
    }
    assertEquals(await served, "here");
    assertEquals(server.events("child-ended"), []);
    assertEquals((await server.stop()).code, 0);
  },
  { ignore },
);

test("process on libc: the log tells of clients what it tells on Deno's sockets", async () => {
  await using server = await Server.start(PROCESS, {}, "text");
  const conn = await server.connect();
  const { port } = conn.localAddr;
  assertEquals(await exchange(conn, "hello"), "hello");
  conn.close();
  let lines: unknown[] = [];
  while (!lines.some((line) => String(line).includes("closed the connection"))) {
    lines = server.events("line").map(({ line }) => line);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals(lines.filter((line) => String(line).includes(`:${port}`)), [
    `accepted 127.0.0.1:${port}`,
    `received from 127.0.0.1:${port}: "hello" (5 bytes)`,
    `127.0.0.1:${port} closed the connection`,
  ]);
  const { stdout } = await server.stop();
  assertStringIncludes(stdout, "1 client served, 5 B received, 5 B sent");
}, { ignore });

test("process on libc: --exec cat takes about as long as it takes to start cat", async () => {
  await using server = await Server.start([...PROCESS, "--quiet", "--exec", "cat"]);
  const cat = new Deno.Command("cat", { stdin: "null" });
  let [aloneMs, servedMs] = [0, 0];
  for (let turn = 0; turn < 50; turn++) {
    const beganMs = performance.now();
    await cat.output();
    const endedMs = performance.now();
    using conn = await server.connect();
    assertEquals(await exchange(conn, "x"), "x");
    aloneMs += endedMs - beganMs;
    servedMs += performance.now() - endedMs;
  }
  // A child with a runtime of its own takes about twenty times as long as cat.
  assertLess(servedMs, 8 * aloneMs);
}, { ignore });

test("process on libc: --spare with --exec is refused in one line", async () => {
  const { code, stderr } = await run(["serve", ...PROCESS, "--exec", "cat", "--spare", "2"]);
  assertEquals(code, 2);
  assertMatch(stderr, /^--spare and --exec cannot be used together on --sockets libc: .*\n$/);
}, { ignore });
