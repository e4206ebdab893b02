/**
 * Servers whose children are forked before clients come, and serve many each.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../harness/assert.ts";
import { encode } from "../harness/bytes.ts";
import { exchange, readToEnd, writeAll } from "../harness/clients.ts";
import { run, Server } from "../harness/playground.ts";
import {
  changeLimit,
  processTree,
  stillRunning,
  untilAllEnded,
  untilNextLook,
} from "../harness/processes.ts";
import { test } from "../harness/test.ts";

const ignore = !hasSystemCalls();
const WORKERS = 3;
const COUNT = ["--workers", String(WORKERS)];
/** Each way in which a client finds its child. */
const WAYS: readonly (readonly string[])[] = [
  ["prefork", ...COUNT],
  ["prefork", ...COUNT, "--accept", "lock"],
  ["prefork", ...COUNT, "--accept", "pass"],
  ["workers", ...COUNT],
  ["workers", ...COUNT, "--wake", "exclusive"],
];

/** Waits until there are `count` children, and the processes are gone that kept room while they were forked. */
async function childrenOf(server: Server, count = WORKERS): Promise<number[]> {
  for (let before = "";;) {
    const [, , ...children] = await stillRunning(await processTree(server.pid));
    const seen = children.join();
    if (children.length === count && seen === before) return children;
    before = seen;
    await untilNextLook();
  }
}

/** The sockets of a process, by their inodes. */
async function socketsOf(pid: number): Promise<Set<string>> {
  const links = new Set<string>();
  for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
    const link = await Deno.readLink(`/proc/${pid}/fd/${name}`).catch(() => "");
    if (link.startsWith("socket:") && Number(name) > 2) links.add(link);
  }
  return links;
}

async function endOf(conn: Deno.TcpConn): Promise<string> {
  return await readToEnd(conn).then(() => "end", () => "reset");
}

/** A handler that says in which process it is, and does what it is told. */
const TELLING = `
  export default () => ({
    receive(chunk) {
      const told = new TextDecoder().decode(chunk);
      if (told === "exit") Deno.exit(3);
      if (told === "crash") {
        return String(new Deno.UnsafePointerView(Deno.UnsafePointer.create(4096n)).getUint8());
      }
      if (told === "throw") throw new Error("on purpose");
      return String(Deno.pid).padStart(10);
    },
  });`;

async function withHandler(source: string, use: (flags: string[]) => Promise<void>): Promise<void> {
  const handler = await Deno.makeTempFile({ suffix: ".mjs" });
  try {
    await Deno.writeTextFile(handler, source);
    await use(["--handler", handler]);
  } finally {
    await Deno.remove(handler);
  }
}

/** Asks a client's handler for the process that it is in. */
async function pidOf(conn: Deno.TcpConn): Promise<number> {
  return Number(await exchange(conn, " ".repeat(10)));
}

for (const args of WAYS) {
  const name = args.filter((word) => word !== "--workers" && word !== String(WORKERS)).join(" ");

  for (const told of ["SIGKILL", "crash", "exit"]) {
    test(
      `${name}: a worker that ends by ${told} is named with its clients, and replaced`,
      async () => {
        await withHandler(TELLING, async (flags) => {
          await using server = await Server.start([...args, ...flags]);
          const children = await childrenOf(server);
          const conns = await Promise.all([server.connect(), server.connect()]);
          const [victim, other] = conns;
          const pid = await pidOf(victim);
          const otherPid = await pidOf(other); // not one that takes it from the backlog later
          assert([pid, otherPid].every((one) => children.includes(one)));
          if (told === "SIGKILL") Deno.kill(pid, told);
          else await writeAll(victim, encode(told));
          await endOf(victim);
          const said = await server.event("worker-ended", 1);
          const how = { SIGKILL: ["SIGKILL", 137], crash: ["SIGSEGV", 139], exit: [null, 3] }[told];
          assertEquals([said.pid, [said.signal, said.code]], [pid, how]);
          assert(Array.isArray(said.peers));
          assert(said.peers.includes(`127.0.0.1:${victim.localAddr.port}`));
          // With a loop, the other client may have been the same worker's.
          if (said.clients === 1) assertEquals(await pidOf(other), otherPid);
          const replaced = await childrenOf(server);
          assertEquals(replaced.filter((child) => !children.includes(child)).length, 1);
          for (let i = 0; i < WORKERS; i++) {
            using next = await server.connect();
            assert(replaced.includes(await pidOf(next)));
          }
          for (const conn of conns) conn.close(); // the stop would wait for them
          assertEquals((await server.stop()).code, 0);
          assertEquals(server.events("stopped")[0].accepted, 2 + WORKERS);
          assertEquals(server.events("cut-off"), []);
        });
      },
      { ignore },
    );
  }

  test(`${name}: every worker may be killed, whatever it waits in`, async () => {
    await using server = await Server.start([...args, "--quiet"]);
    const before = await childrenOf(server);
    for (const pid of before) {
      Deno.kill(pid, "SIGKILL");
      await untilAllEnded([pid], 30_000);
      using conn = await server.connect();
      assertEquals(await exchange(conn, "served"), "served");
    }
    await server.event("worker-ended", WORKERS);
    const after = await childrenOf(server, WORKERS).catch(() => []);
    assertEquals(after.filter((pid) => before.includes(pid)), []);
    assertEquals((await server.stop()).code, 0);
  }, { ignore });

  test(`${name}: a worker has no client of another's`, async () => {
    await withHandler(TELLING, async (flags) => {
      await using server = await Server.start([...args, ...flags]);
      const conns = await Promise.all(Array.from({ length: WORKERS }, () => server.connect()));
      const pids = await Promise.all(conns.map(pidOf));
      const [supervisor, parent, ...children] = await processTree(server.pid);
      const common = await socketsOf(parent); // the listener, and where messages go
      const seen = new Map<string, number>();
      for (const child of children) {
        const own = [...await socketsOf(child)].filter((link) => !common.has(link));
        const channel = args.includes("pass") ? 1 : 0;
        const rooms = 1; // by which its clients meet those of others, since the handler is a file
        assertEquals(own.length, pids.filter((pid) => pid === child).length + channel + rooms);
        for (const link of own) {
          assertEquals(seen.get(link), undefined);
          seen.set(link, child);
        }
      }
      assertEquals(supervisor, server.pid);
      for (const conn of conns) conn.close();
    });
  }, { ignore });

  test(`${name}: when the server is killed, so are its workers`, async () => {
    await using server = await Server.start([...args, "--quiet"]);
    await childrenOf(server);
    const tree = await processTree(server.pid);
    Deno.kill(server.pid, "SIGKILL");
    await untilAllEnded(tree, 30_000);
  }, { ignore });

  test(`${name}: a handler that throws ends its client, and not its worker`, async () => {
    await withHandler(TELLING, async (flags) => {
      await using server = await Server.start([...args, ...flags]);
      const children = await childrenOf(server);
      for (let i = 1; i <= 2 * WORKERS; i++) {
        using conn = await server.connect();
        await writeAll(conn, encode("throw"));
        await endOf(conn);
        assertStringIncludes(String((await server.event("client-failed", i)).reason), "on purpose");
      }
      assertEquals(await childrenOf(server), children);
    });
  }, { ignore });
}

for (const args of [WAYS[0], WAYS[2], WAYS[3]]) {
  test(`${args.join(" ")}: all workers together have no more than --max-clients`, async () => {
    await using server = await Server.start([...args, "--max-clients", "2", "--quiet"]);
    const conns = await Promise.all(Array.from({ length: 20 }, () => server.connect()));
    const answers = await Promise.all(conns.map((conn) => exchange(conn, "x").catch(() => "")));
    assertEquals(answers.filter((answer) => answer === "x").length, 2);
    for (const conn of conns) conn.close();
    assertEquals((await server.stop()).code, 0);
    const [{ accepted, refused }] = server.events("stopped");
    assertEquals([accepted, refused], [2, 18]);
  }, { ignore });
}

const PASS = WAYS[2];

test("prefork --accept pass: a child without a descriptor for its client is replaced", async () => {
  await using server = await Server.start(["prefork", "--workers", "1", "--accept", "pass"]);
  const [child] = await childrenOf(server, 1);
  await changeLimit(child, "nofile=3:");
  using refused = await server.connect();
  await endOf(refused);
  const { pid, code, clients } = await server.event("worker-ended");
  assertEquals([pid, code, clients], [child, 1, 1]);
  using conn = await server.connect();
  assertEquals(await exchange(conn, "served"), "served");
}, { ignore });

test("prefork --accept pass: a client that has been served is not reported twice", async () => {
  await using server = await Server.start([...PASS, "--handler", "http"]);
  using conn = await server.connect();
  await writeAll(conn, encode("GET / HTTP/1.0\r\n\r\n"));
  await server.event("closed"); // its child waits for the client to end as well
  for (const pid of await childrenOf(server)) Deno.kill(pid, "SIGKILL");
  await server.event("worker-ended", WORKERS);
  assertEquals(server.events("worker-ended").map(({ clients }) => clients), [0, 0, 0]);
  assertEquals((await server.stop()).code, 0);
  assertEquals(server.events("closed").length, 1);
}, { ignore });

test("prefork --accept pass: a client whose child has just ended gets another one", async () => {
  await using server = await Server.start(["prefork", "--workers", "1", "--accept", "pass"]);
  const [child] = await childrenOf(server, 1);
  const [, parent] = await processTree(server.pid);
  using before = await server.connect();
  assertEquals(await exchange(before, "served"), "served");
  before.close();
  await server.event("closed");
  Deno.kill(parent, "SIGSTOP"); // so that it learns of both at once
  Deno.kill(child, "SIGKILL");
  await untilAllEnded([child], 30_000);
  using conn = await server.connect();
  Deno.kill(parent, "SIGCONT");
  assertEquals(await exchange(conn, "served"), "served");
}, { ignore });

test("prefork --accept pass: the parent accepts again once it has descriptors", async () => {
  await using server = await Server.start([...PASS, "--quiet"]);
  await childrenOf(server);
  const [, parent] = await processTree(server.pid);
  await changeLimit(parent, "nofile=5:");
  using conn = await server.connect();
  await server.event("out-of-descriptors");
  await changeLimit(parent, "nofile=256:");
  assertEquals(await exchange(conn, "served"), "served");
}, { ignore });

for (const args of WAYS) {
  test(
    `${args.join(" ")}: without a descriptor left, a worker is replaced when there is one`,
    async () => {
      await using server = await Server.start([...args, "--quiet"]);
      const [victim, ...others] = await childrenOf(server);
      const [, parent] = await processTree(server.pid);
      await changeLimit(parent, "nofile=3:");
      Deno.kill(victim, "SIGKILL");
      await server.event("worker-ended");
      const conn = await server.connect();
      if (!args.includes("pass")) assertEquals(await exchange(conn, "others"), "others");
      await changeLimit(parent, "nofile=256:");
      const after = await childrenOf(server);
      assertEquals(after.filter((pid) => !others.includes(pid)).length, 1);
      assertEquals(await exchange(conn, "served"), "served");
      conn.close();
      assertEquals((await server.stop()).code, 0);
    },
    { ignore },
  );
}

test("prefork, workers: on Deno's sockets there are none, which is one line", async () => {
  for (const model of ["prefork", "workers"]) {
    const { code, stderr } = await run(["serve", model, "--sockets", "deno"]);
    assertEquals(code, 2);
    assertMatch(stderr, new RegExp(`^${model} needs --sockets libc: .* inherit .*\n$`));
  }
}, { ignore });

test("prefork, workers: without --sockets they serve on the system's", async () => {
  for (const model of ["prefork", "workers"]) {
    await using server = await Server.start([model, "--quiet"]);
    assertEquals((await server.event("listening")).sockets, "libc");
    await childrenOf(server, navigator.hardwareConcurrency);
  }
}, { ignore });

test("prefork, workers: a handler that needs an event loop is refused in a line", async () => {
  const source = "export const eventLoop = true; export default () => ({ receive: (c) => c });";
  await withHandler(source, async (flags) => {
    for (const model of ["prefork", "workers"]) {
      const { code, stderr } = await run(["serve", model, "--port", "0", ...flags]);
      assertEquals(code, 1);
      assertMatch(stderr, /^--handler .*: it needs an event loop, and the children .* none\n$/);
    }
  });
}, { ignore });

for (const model of ["prefork", "workers"]) {
  test(
    `${model}: a view shows clients on a lane for each worker, with its process id`,
    async () => {
      const recording = await Deno.makeTempFile({ suffix: ".jsonl" });
      try {
        await using server = await Server.start([model, ...COUNT, "--record", recording]);
        const children = await childrenOf(server);
        const conns = await Promise.all(Array.from({ length: WORKERS }, () => server.connect()));
        await Promise.all(conns.map((conn) => exchange(conn, "served")));
        const byLane = new Map<number, number>();
        const lanes = new Set<number>();
        const expected = model === "prefork" ? WORKERS : 1;
        while (lanes.size < expected || byLane.size < expected) {
          const lines = (await Deno.readTextFile(recording)).split("\n").slice(0, -1);
          for (const line of lines) {
            const { changes = [], pids = [] } = JSON.parse(line);
            for (const [, , , lane] of changes) if (lane > 0) lanes.add(lane);
            for (const [lane, pid] of pids) byLane.set(lane, pid);
          }
          await untilNextLook();
        }
        for (const [lane, pid] of byLane) {
          assert(lane <= WORKERS && children.includes(pid), `lane ${lane} is process ${pid}`);
        }
        for (const conn of conns) conn.close();
      } finally {
        await Deno.remove(recording);
      }
    },
    { ignore },
  );
}
