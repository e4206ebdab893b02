/**
 * Child processes that inherit their client's socket: forked ones, and other programs.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { asAnotherUser, canRunAs } from "../harness/another_user.ts";
import { assertEquals, assertLess, assertMatch, assertStringIncludes } from "../harness/assert.ts";
import { exchange, readExactly, readToEnd, writeAll } from "../harness/clients.ts";
import { run, Server } from "../harness/playground.ts";
import {
  changeLimit,
  forking,
  processTree,
  stillRunning,
  untilAllEnded,
  untilNextLook,
} from "../harness/processes.ts";
import { test } from "../harness/test.ts";

const ignore = !hasSystemCalls();
/** The compiled file has its modules in its memory as well. */
const isCompiled = Deno.env.has("PLAYGROUND_BIN");
const PROCESS = ["process", "--sockets", "libc"];
const decoder = new TextDecoder();

test("process on libc --exec: the program has its client and nothing else", async () => {
  await using server = await Server.start([...PROCESS, "--quiet", "--exec", "ls -l /proc/self/fd"]);
  using held = await server.connect();
  const listing = await readToEnd(held);
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
        await untilNextLook();
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
  assertEquals(tree.length, 3 + CLIENTS); // with the server, the process that forks, and its guard
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
  // The shortest: all that a busy machine does to a turn is to make it longer.
  let [aloneMs, servedMs] = [Infinity, Infinity];
  for (let turn = 0; turn < 50; turn++) {
    const beganMs = performance.now();
    await cat.output();
    const endedMs = performance.now();
    using conn = await server.connect();
    assertEquals(await exchange(conn, "x"), "x");
    aloneMs = Math.min(aloneMs, endedMs - beganMs);
    servedMs = Math.min(servedMs, performance.now() - endedMs);
  }
  // A child with a runtime of its own takes about twenty times as long as cat.
  assertLess(servedMs, 8 * aloneMs);
}, { ignore });

test("process on libc: --spare is refused in one line", async () => {
  const { code, stderr } = await run(["serve", ...PROCESS, "--spare", "2"]);
  assertEquals(code, 2);
  assertMatch(stderr, /^--spare has no effect with process on --sockets libc: .*\n$/);
}, { ignore });

/** The descriptors of a process, each with what it is. */
async function descriptorsOf(pid: number): Promise<[string, string][]> {
  const descriptors: [string, string][] = [];
  for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
    descriptors.push([name, await Deno.readLink(`/proc/${pid}/fd/${name}`)]);
  }
  return descriptors;
}

test(
  "process on libc: a child has its own client's descriptor, and the listener in none",
  async () => {
    await using server = await Server.start([...PROCESS, "--quiet"]);
    const conns = await Promise.all(Array.from({ length: 5 }, () => server.connect()));
    for (const conn of conns) assertEquals(await exchange(conn, "served"), "served");
    const { parent, children } = await forking(server.pid);
    assertEquals(children.length, 5);
    const sockets = new Set<string>();
    for (const child of children) {
      const all = await descriptorsOf(child);
      const beyondStandard = all.filter(([name]) => Number(name) > 2);
      assertEquals(beyondStandard.length, 1, JSON.stringify(all));
      assertMatch(beyondStandard[0][1], /^socket:/);
      sockets.add(beyondStandard[0][1]);
    }
    assertEquals(sockets.size, 5, "each has another client");
    for (const [, link] of await descriptorsOf(parent)) {
      assertEquals(sockets.has(link), false, "the parent has closed its copy");
    }
    for (const conn of conns) conn.close();
  },
  { ignore },
);

test("process on libc: the parent waits for each child that ends, at once", async () => {
  await using server = await Server.start([...PROCESS, "--quiet"]);
  const conns = await Promise.all(Array.from({ length: 20 }, () => server.connect()));
  for (const conn of conns) assertEquals(await exchange(conn, "served"), "served");
  const { parent } = await forking(server.pid);
  const ended = await Promise.all(conns.map(async (conn) => {
    await conn.closeWrite();
    await readToEnd(conn);
  }));
  assertEquals(ended.length, 20);
  // Nobody comes any more, so that only SIGCHLD can have the parent wait.
  const zombies = async () => (await processTree(server.pid)).slice(2);
  for (let look = 0; (await zombies()).length > 0; look++) assertLess(look, 200);
  assertEquals((await forking(server.pid)).parent, parent);
  conns.forEach((conn) => conn.close());
}, { ignore });

/** Reads from an address where nothing is when it is asked to. */
const CRASHING_HANDLER = `
  export default () => ({
    receive(chunk) {
      if (chunk[0] !== "!".charCodeAt(0)) return chunk;
      const nowhere = Deno.UnsafePointer.create(4096n);
      return String(new Deno.UnsafePointerView(nowhere).getUint8());
    },
  });`;

for (const signal of ["SIGKILL", "SIGSEGV"]) {
  test(`process on libc: a child that ends by ${signal} is named, and harms no other`, async () => {
    const handler = await Deno.makeTempFile({ suffix: ".js" });
    await Deno.writeTextFile(handler, CRASHING_HANDLER);
    try {
      await using server = await Server.start([...PROCESS, "--handler", handler]);
      using victim = await server.connect();
      using other = await server.connect();
      assertEquals(await exchange(victim, "first"), "first");
      const { children: [child] } = await forking(server.pid);
      assertEquals(await exchange(other, "second"), "second");
      if (signal === "SIGKILL") Deno.kill(child, signal);
      else await writeAll(victim, new TextEncoder().encode("!"));
      const said = await server.event("child-ended", 1);
      assertEquals([said.pid, said.signal], [child, signal]);
      assertStringIncludes(String(said.peer), `:${victim.localAddr.port}`);
      assertEquals(await exchange(other, "still here"), "still here");
    } finally {
      await Deno.remove(handler);
    }
  }, { ignore });
}

test("process on libc: when the server is killed, so are its children", async () => {
  await using server = await Server.start([...PROCESS, "--quiet"]);
  const conns = await Promise.all(Array.from({ length: 5 }, () => server.connect()));
  for (const conn of conns) assertEquals(await exchange(conn, "served"), "served");
  const tree = await processTree(server.pid);
  assertEquals(tree.length, 7);
  Deno.kill(server.pid, "SIGKILL");
  await untilAllEnded(tree, 30_000);
  for (const conn of conns) conn.close();
}, { ignore });

test(
  "process on libc: when the process that forks is killed, the server says so and ends",
  async () => {
    await using server = await Server.start([...PROCESS, "--quiet"]);
    using conn = await server.connect();
    assertEquals(await exchange(conn, "served"), "served");
    const tree = await processTree(server.pid);
    Deno.kill(tree[1], "SIGKILL");
    const { code, stderr } = await server.outcome();
    assertEquals(code, 1);
    assertMatch(stderr, new RegExp(`process ${tree[1]} has ended: SIGKILL`));
    await untilAllEnded(tree, 30_000);
  },
  { ignore },
);

test("process on libc: a child costs less than 1.5 MB of its own", async () => {
  await using server = await Server.start([...PROCESS, "--quiet"]);
  const conns = await Promise.all(Array.from({ length: 50 }, () => server.connect()));
  for (const conn of conns) assertEquals(await exchange(conn, "served"), "served");
  const { children } = await forking(server.pid);
  assertEquals(children.length, 50);
  let privateKilobytes = 0;
  for (const child of children) {
    const rollup = await Deno.readTextFile(`/proc/${child}/smaps_rollup`);
    for (const [, amount] of rollup.matchAll(/^Private_\w+: +(\d+) kB$/gm)) {
      privateKilobytes += Number(amount);
    }
  }
  assertLess(privateKilobytes / children.length, 1_536);
  for (const conn of conns) conn.close();
}, { ignore });

test("process on libc: what a fork has to copy is little more than a runtime", async () => {
  await using server = await Server.start([...PROCESS, "--quiet"]);
  const { parent } = await forking(server.pid);
  const empty = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--quiet",
      "await Deno.stdout.write(new Uint8Array(1)); await Deno.stdin.read(new Uint8Array(1));",
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const started = empty.stdout.getReader();
  await started.read();
  assertLess(await anonymousKilobytes(parent), 2.2 * await anonymousKilobytes(empty.pid));
  await started.cancel();
  await empty.stdin.close();
  await empty.status;
}, { ignore: ignore || isCompiled });

/** The memory of a process that is in no file. Its page tables are copied by fork(2). */
async function anonymousKilobytes(pid: number): Promise<number> {
  const rollup = await Deno.readTextFile(`/proc/${pid}/smaps_rollup`);
  return Number(rollup.match(/^Anonymous: +(\d+) kB$/m)?.[1]);
}

const AS_ANOTHER_USER = asAnotherUser(0);

test("process on libc: where there may be no more processes, that is one line", async () => {
  const wrapper = [...AS_ANOTHER_USER, "prlimit", "--nproc=25"];
  await using server = await Server.start([...PROCESS, "--quiet"], { wrapper });
  const conns = [];
  while (server.events("too-many-processes").length === 0) conns.push(await server.connect());
  for (let i = 0; i < 10; i++) conns.push(await server.connect());
  // The server goes on: those that it has let go have their end, and the first is served.
  assertEquals(await exchange(conns[0], "served"), "served");
  assertEquals(await readToEnd(conns[conns.length - 1]), new Uint8Array());
  for (const conn of conns) conn.close();
  for (let answer = ""; answer !== "again";) {
    using conn = await server.connect();
    answer = await exchange(conn, "again").catch(() => "");
  }
  assertEquals(server.events("too-many-processes").length, 1);
}, { ignore: !canRunAs(AS_ANOTHER_USER) });

for (const model of ["prefork", "workers"]) {
  test(
    `${model}: where there may be no more processes, fewer workers serve, until there may be more`,
    async () => {
      const wrapper = [...AS_ANOTHER_USER, "prlimit", "--nproc=40:"];
      const args = [model, "--workers", "60", "--quiet"];
      await using server = await Server.start(args, { wrapper });
      const { workers, wanted } = await server.event("workers-missing");
      assertEquals(wanted, 60);
      assertLess(Number(workers), 40);
      for (let i = 0; i < 10; i++) {
        using conn = await server.connect();
        assertEquals(await exchange(conn, "served"), "served");
      }
      const { parent } = await forking(server.pid);
      await changeLimit(parent, "nproc=1000:", AS_ANOTHER_USER);
      while ((await forking(server.pid)).children.length !== 60) await untilNextLook();
      assertEquals((await server.stop()).code, 0);
      assertEquals(server.events("workers-missing").length, 1);
      assertEquals(server.events("worker-ended"), []);
    },
    { ignore: !canRunAs(AS_ANOTHER_USER) },
  );
}
