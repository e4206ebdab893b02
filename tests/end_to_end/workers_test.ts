/**
 * Models that start their workers beforehand: what the workers share, and what happens when one fails.
 *
 * @module
 */

import { freePort } from "../../clients/target/listening_ports.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertLessOrEqual,
  assertMatch,
} from "../harness/assert.ts";
import { decode, encode } from "../harness/bytes.ts";
import { exchange, readExactly, readToEnd, writeAll } from "../harness/clients.ts";
import { spokenInTime } from "../harness/in_time.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { run, Server } from "../harness/playground.ts";
import { test } from "../harness/test.ts";

const ON_LIBC = ["prethread", "reuseport", "reactors", "leader-followers"]
  .map((name) => [name, "--sockets", "libc"]);
const MODELS = [["reuseport"], ...(hasSystemCalls() ? ON_LIBC : [])];

/** The compiled file starts Workers in another way than the source, but all of them in the same. */
const isCompiled = Deno.env.has("PLAYGROUND_BIN");

/** Echoes, says which thread it is, and fails in a promise when it is told to. */
const HANDLER = `
  const thread = crypto.randomUUID();
  export default () => ({
    receive(chunk) {
      const text = new TextDecoder().decode(chunk);
      if (text === "fail") Promise.reject(new Error("on purpose"));
      return text === "who" ? thread : chunk;
    },
  });`;

async function handlerFile(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempFile({ suffix: ".mjs" });
  await Deno.writeTextFile(path, HANDLER);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

async function whoServes(conn: Deno.TcpConn): Promise<string> {
  await writeAll(conn, encode("who"));
  return decode(await readExactly(conn, crypto.randomUUID().length));
}

for (const args of isCompiled ? MODELS.slice(0, 2) : MODELS) {
  const name = args.join(" ");

  test(`${name}: a worker that fails ends its clients, another takes its place, and no other client notices`, async () => {
    await using file = await handlerFile();
    await using server = await Server.start([
      ...[...args, "--workers", "2", "--handler", file.path, "--grace", "0"],
    ]);
    // Clients come until both workers have one, of a model that chooses by chance.
    const clients: [Deno.TcpConn, string][] = [];
    const threads = () => new Set(clients.map(([, thread]) => thread));
    while (threads().size < 2) {
      const conn = await server.connect();
      clients.push([conn, await whoServes(conn)]);
    }
    const [[victim, failing]] = clients;
    await writeAll(victim, encode("fail"));
    const { reason } = await server.event("worker-failed");
    assertMatch(String(reason), /on purpose/);
    for (const [conn, thread] of clients) {
      if (thread !== failing) assertEquals(await exchange(conn, "unharmed"), "unharmed");
      else await readToEnd(conn).catch((error) => assert(isReset(error)));
    }
    // Whoever comes is served, until the new thread has served one, too.
    const newcomers: Deno.TcpConn[] = [];
    for (let thread: string | undefined = failing; thread === undefined || threads().has(thread);) {
      const conn = await server.connect();
      newcomers.push(conn);
      thread = await whoServes(conn).catch((error) => {
        // Until its own listener is closed, a worker that fails has a backlog, which is lost with it.
        assert(args[0] === "reuseport" && isReset(error), error);
        return undefined;
      });
    }
    for (const conn of [...newcomers, ...clients.map(([conn]) => conn)]) conn.close();
    const { code, stderr } = await server.stop();
    assertEquals([code, stderr], [0, ""]);
    const [totals] = server.events("stopped");
    assertEquals([totals.active, totals.accepted], [0, totals.closed]);
    assertEquals(server.events("worker-failed").length, 1);
  });

  test(`${name}: a worker that fails before it has served ends the server with a line`, async () => {
    await using file = await handlerFile();
    await Deno.writeTextFile(
      file.path,
      `setTimeout(() => { throw new Error("at once"); }); ${HANDLER}`,
    );
    const words = ["serve", ...args, "--port", "0", "--handler", file.path];
    assertOneLine(await run(words), 1, /at once/);
  });

  test(`${name}: --max-clients holds for all workers together`, async () => {
    await using server = await Server.start([...args, "--workers", "4", "--max-clients", "3"]);
    const clients = await Promise.all(Array.from({ length: 12 }, () => server.connect()));
    const ends = clients.map(async (conn) => {
      await writeAll(conn, encode("x")).catch(() => {});
      const answer = await conn.read(new Uint8Array(1)).catch(() => null);
      return answer === 1;
    });
    const served = (await Promise.all(ends)).filter((isServed) => isServed).length;
    for (const conn of clients) conn.close();
    assertEquals((await server.stop()).code, 0);
    const [totals] = server.events("stopped");
    assertLessOrEqual(served, 3);
    assertEquals([totals.accepted, totals.refused], [served, 12 - served]);
  });

  test(`${name}: clients have numbers of their own, whichever worker has them`, async () => {
    await using server = await Server.start([...args, "--workers", "2"]);
    for (let count = 0; count < 4; count++) {
      using conn = await server.connect();
      assertEquals(await exchange(conn, "hello"), "hello");
    }
    assertEquals((await server.stop()).code, 0);
    const numbers = server.events("accepted").map(({ client }) => Number(client));
    assertEquals(numbers.sort((one, other) => one - other), [1, 2, 3, 4]);
  });

  test(`${name}: a silent client is disconnected, and the port of a server is its own`, () =>
    spokenInTime(200, async ({ connect, exchange }) => {
      const flags = ["--workers", "2", "--idle-timeout", "200ms"];
      await using server = await Server.start([...args, ...flags]);
      const second = await run(["serve", ...args, "--port", String(server.port)]);
      assertOneLine(second, 1, /in use/);
      using conn = await connect(server);
      assertEquals(await exchange(conn, "hello"), "hello");
      assertEquals((await readToEnd(conn)).length, 0);
      await server.event("dismissed");
      assertEquals((await server.stop()).code, 0);
    }));
}

const LOOPS = MODELS.filter(([model]) => model !== "prethread"); // which has no more clients than threads
const OFFLOAD = [["offload"], ...(hasSystemCalls() ? [["offload", "--sockets", "libc"]] : [])];

for (const args of isCompiled ? LOOPS.slice(0, 2) : [...LOOPS, ...OFFLOAD]) {
  test(
    `${
      args.join(" ")
    }: without a descriptor left, workers that fail are replaced, and the others go on`,
    async () => {
      await using file = await handlerFile();
      const failures = 5;
      await using server = await Server.start(
        [...args, "--workers", "2", "--quiet", "--grace", "0", "--handler", file.path],
        { before: "ulimit -n 100" },
      );
      const clients: Deno.TcpConn[] = [];
      const threads = new Map<string, Deno.TcpConn>();
      const join = async () => {
        // On Deno's sockets nobody listens while both fail.
        const conn = await server.connect().catch(() => undefined);
        assert(!server.hasEnded, "the server has ended");
        if (conn === undefined) return;
        clients.push(conn);
        whoServes(conn).then(
          (thread) => thread !== "" && clients.includes(conn) && threads.set(thread, conn),
          () => {}, // some are reset, and others end
        );
      };
      // More leave than come, so that a new worker finds a descriptor for its first client.
      const renew = async () => {
        const others = clients.filter((conn) => ![...threads.values()].includes(conn));
        for (const conn of others.slice(0, 10)) clients.splice(clients.indexOf(conn), 1)[0].close();
        await join();
        await new Promise((resolve) => setTimeout(resolve, 10));
      };
      while (clients.length < 200) await join();
      await server.event("out-of-descriptors");
      const failed = new Set<string>();
      while (failed.size < failures) {
        const [thread] = [...threads.keys()].filter((thread) => !failed.has(thread));
        if (thread === undefined) await renew();
        else {
          failed.add(thread);
          await writeAll(threads.get(thread)!, encode("fail"));
          await server.event("worker-failed", failed.size);
        }
      }
      while (threads.size < failures + 2) await renew();
      for (const conn of clients) conn.close();
      const { code, stderr } = await server.stop();
      assertEquals([code, stderr], [0, ""]);
    },
    { ignore: !hasSystemCalls() },
  );
}

test(
  "leader-followers on libc: clients that do not leave hold up no thread at the stop",
  async () => {
    // More than two threads could wait for, one after another, until the server is ended by force.
    const args = ["leader-followers", "--workers", "2", "--grace", "0"];
    await using server = await Server.start(args);
    const clients = await Promise.all(Array.from({ length: 16 }, () => server.connect()));
    for (const conn of clients) assertEquals(await exchange(conn, "hello"), "hello");
    const { code, stderr } = await server.stop();
    for (const conn of clients) conn.close();
    assertEquals([code, stderr], [0, ""]);
    assertEquals(server.events("cut-off"), []);
  },
  { ignore: !hasSystemCalls() },
);

for (const sockets of ["deno", "libc"]) {
  test(
    `reuseport on ${sockets}: a client that comes while the server starts is refused, or served`,
    async () => {
      const port = freePort();
      const args = ["reuseport", "--sockets", sockets, "--workers", "2", "--port", String(port)];
      const starting = Server.start([...args, "--quiet"]);
      let isListening = false;
      const started = starting.finally(() => isListening = true);
      const clients: Deno.TcpConn[] = [];
      while (!isListening) {
        const conn = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => undefined);
        if (conn !== undefined) clients.push(conn);
        if (clients.length > 100) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await using server = await started;
      const answers = await Promise.all(clients.map((conn) => exchange(conn, "x").catch(String)));
      assertEquals(answers.filter((answer) => answer !== "x"), []);
      for (const conn of clients) conn.close();
      assertEquals((await server.stop()).code, 0);
    },
    { ignore: !hasSystemCalls() },
  );
}

test("prethread on libc: a thread that fails while it has the lock gives it back", async () => {
  const file = await Deno.makeTempFile({ suffix: ".mjs" });
  try {
    // The timer is due when the thread has waited for the lock and is about to accept.
    const late = `setTimeout(() => { throw new Error("late"); }, 20)`;
    await Deno.writeTextFile(
      file,
      HANDLER.replace('Promise.reject(new Error("on purpose"))', late),
    );
    const args = ["prethread", "--workers", "2", "--accept", "lock", "--handler", file];
    await using server = await Server.start(args);
    const first = await server.connect();
    assertEquals(await exchange(first, "fail"), "fail");
    first.close();
    await server.event("closed");
    for (let count = 0; server.events("worker-failed").length === 0; count++) {
      using conn = await server.connect();
      // The thread may fail while it serves this one.
      await exchange(conn, "next").catch((error) =>
        assertInstanceOf(error, Deno.errors.ConnectionReset)
      );
    }
    for (let count = 0; count < 4; count++) {
      using conn = await server.connect();
      assertEquals(await exchange(conn, "goes on"), "goes on");
    }
    assertEquals((await server.stop()).code, 0);
  } finally {
    await Deno.remove(file);
  }
}, { ignore: !hasSystemCalls() });

test("reactors on libc: in turn, and to the loop that has the fewest", async () => {
  for (const hand of ["round-robin", "least-busy"]) {
    await using file = await handlerFile();
    const args = ["reactors", "--workers", "2", "--hand", hand, "--handler", file.path];
    args.push("--grace", "0");
    await using server = await Server.start(args);
    const first = await server.connect();
    const one = await whoServes(first);
    using second = await server.connect();
    const other = await whoServes(second);
    assertEquals(one === other, false);
    first.close();
    await server.event("closed");
    using third = await server.connect();
    using fourth = await server.connect();
    // In turn both get one more. The one that has lost its client gets the next.
    assertEquals(await whoServes(third), one);
    const last = await whoServes(fourth);
    if (hand === "round-robin") assertEquals(last, other);
    assertEquals((await server.stop()).code, 0);
  }
}, { ignore: !hasSystemCalls() });

test("prethread on libc: as many clients are served at once as there are threads", async () => {
  for (const accept of ["shared", "lock"]) {
    await using server = await Server.start(["prethread", "--workers", "2", "--accept", accept]);
    const first = await server.connect();
    assertEquals(await exchange(first, "first"), "first");
    const second = await server.connect();
    assertEquals(await exchange(second, "second"), "second");
    const third = await server.connect();
    let isAnswered = false;
    const answer = exchange(third, "third").finally(() => isAnswered = true);
    assertEquals(await exchange(second, "again"), "again");
    assertEquals(isAnswered, false);
    first.close();
    assertEquals(await answer, "third");
    second.close();
    third.close();
    assertEquals((await server.stop()).code, 0);
  }
}, { ignore: !hasSystemCalls() });

const NOT_ON_DENO: [model: string, why: RegExp][] = [
  ["prethread", /no two threads can accept/],
  ["reactors", /handed/],
  ["leader-followers", /no other one can serve it/],
];

for (const [model, why] of NOT_ON_DENO) {
  test(`${model} says why it does not serve on Deno's sockets`, async () => {
    const words = ["serve", model, "--sockets", "deno"];
    assertOneLine(await run(words), 2, why);
    const chinese = await run([...words, "--lang", "zh"]);
    assertMatch(chinese.stderr, /需要 --sockets libc/);
  });
}

test("reuseport: the clients spread over the workers", async () => {
  for (const sockets of hasSystemCalls() ? ["deno", "libc"] : ["deno"]) {
    await using file = await handlerFile();
    const args = ["reuseport", "--workers", "2", "--sockets", sockets, "--handler", file.path];
    await using server = await Server.start(args);
    const threads = new Map<string, number>();
    for (let count = 0; count < 64; count++) {
      using conn = await server.connect();
      const thread = await whoServes(conn);
      threads.set(thread, (threads.get(thread) ?? 0) + 1);
    }
    assertEquals(threads.size, 2);
    for (const count of threads.values()) assertGreater(count, 6);
    assertEquals((await server.stop()).code, 0);
  }
});

function isReset(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe;
}
