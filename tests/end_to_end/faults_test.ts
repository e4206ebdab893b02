/**
 * Faults of clients, handlers and children that must stay where they are.
 *
 * @module
 */

import { CHILD_ROLE } from "../../servers/workers/child_role.ts";
import { assertEquals, assertLess, assertNotMatch } from "../harness/assert.ts";
import { encode } from "../harness/bytes.ts";
import { connectAndReset, exchange, readToEnd, writeAll } from "../harness/clients.ts";
import { Server } from "../harness/playground.ts";
import {
  commandLines,
  processTree,
  residentBytes,
  stillRunning,
  untilNextLook,
} from "../harness/processes.ts";
import { test } from "../harness/test.ts";
import { MODELS } from "./models.ts";

const ignore = Deno.build.os === "windows";

/** Starts a server whose handler is the default export of `source`. */
async function withHandler(
  source: string,
  flags: string[],
  work: (server: Server) => Promise<void>,
): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".js" });
  try {
    await Deno.writeTextFile(file, `export default ${source};`);
    await using server = await Server.start([...flags, "--quiet", "--handler", file]);
    await work(server);
  } finally {
    await Deno.remove(file);
  }
}

test("select: a session that cannot begin ends its client only", async () => {
  const source = `(() => {
    let count = 0;
    return () => {
      if (++count === 3) throw new Error("no session for you");
      return { receive: (chunk) => chunk };
    };
  })()`;
  await withHandler(source, ["select"], async (server) => {
    using first = await server.connect(); // the second session: the first was made to try
    assertEquals(await exchange(first, "first"), "first");
    using unlucky = await server.connect();
    await writeAll(unlucky, encode("anybody?"));
    assertEquals((await readToEnd(unlucky)).length, 0);
    assertEquals(await exchange(first, "still here"), "still here");
  });
});

for (const name of ["select", "thread", "process"]) {
  test(`${name}: what a handler throws when nobody calls it is no stack trace`, async () => {
    const source = `() => ({
      receive(chunk) { setTimeout(() => { throw new Error("thrown later"); }); return chunk; },
    })`;
    await withHandler(source, [name], async (server) => {
      using conn = await server.connect();
      await writeAll(conn, encode("x"));
      await readToEnd(conn).catch(() => {});
      conn.close(); // the stop would wait for it
      const { stderr } = await server.stop().catch(() => server.outcome());
      assertNotMatch(stderr, /\n\s+at /);
    });
  });
}

test("a stop while the server is starting is not lost", async () => {
  const file = await Deno.makeTempFile({ suffix: ".js" });
  try {
    await Deno.writeTextFile(
      file,
      "await new Promise((resolve) => setTimeout(resolve, 1000));\n" +
        "export default () => ({ receive: (chunk) => chunk });",
    );
    const starting = Server.start(["select", "--handler", file], { before: "kill -INT $$ &" });
    await starting.then((server) => server[Symbol.asyncDispose](), () => {});
    // With the signal between start and listening, the server ends by itself.
    await using server = await Server.start(["select", "--handler", file]);
    assertEquals((await server.stop()).code, 0);
  } finally {
    await Deno.remove(file);
  }
}, { ignore });

test("process: the child of a client that does not read and goes away ends", async () => {
  await using server = await Server.start(["process", "--quiet"]);
  const idle = await processTree(server.pid);
  using conn = await server.connect();
  assertEquals(await exchange(conn, "here"), "here");
  const children = (await processTree(server.pid)).filter((pid) => !idle.includes(pid));
  assertEquals(children.length, 1);
  // Fill everything between the client and the child, then go.
  const chunk = new Uint8Array(65_536);
  for (let isStuck = false; !isStuck;) {
    const writing = conn.write(chunk).then(() => false, () => true);
    const waited = new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 300));
    isStuck = await Promise.race([writing, waited]);
  }
  conn.close();
  for (let look = 0; (await stillRunning(children)).length > 0; look++) {
    assertLess(look, 1_000, "the child is left behind");
    await untilNextLook();
  }
}, { ignore });

test("process: a spare that is killed is replaced", async () => {
  await using server = await Server.start(["process", "--quiet", "--spare", "2"]);
  const children = async () => {
    const [, ...others] = await processTree(server.pid);
    const programs = await Promise.all(others.map((pid) => commandLines([pid])));
    return others.filter((_, index) => programs[index][0]?.includes(CHILD_ROLE));
  };
  const spares = await children();
  for (const pid of spares) Deno.kill(pid, "SIGKILL");
  const replacements = async () => (await children()).filter((pid) => !spares.includes(pid));
  for (let look = 0; (await replacements()).length < spares.length; look++) assertLess(look, 1_000);
  for (let client = 0; client < 3; client++) {
    using conn = await server.connect();
    assertEquals(await exchange(conn, "served"), "served");
  }
}, { ignore });

for (const { name, args, isSerial } of MODELS) {
  test(`${name}: a chunk that asks for megabytes does not fill the memory`, async () => {
    const flags = ["--quiet", "--handler", "bytes", "--recv-size", "65536"];
    await using server = await Server.start([...args, ...flags]);
    using conn = await server.connect();
    await writeAll(conn, encode("5\n"));
    await conn.read(new Uint8Array(5));
    const before = await residentBytes(server.pid);
    await writeAll(conn, encode("16384\n".repeat(10_000))); // 164 MB are asked for
    using other = isSerial ? conn : await server.connect();
    if (other !== conn) {
      for (let i = 0; i < 100; i++) {
        await writeAll(other, encode("5\n"));
        await other.read(new Uint8Array(5));
      }
    }
    assertLess(await residentBytes(server.pid) - before, 90_000_000);
  }, { ignore });
}

test("the totals add up when clients were cut off", async () => {
  await using server = await Server.start(["async", "--sleep", "30s", "--grace", "0"]);
  using conn = await server.connect();
  await writeAll(conn, encode("an answer that will not come"));
  await server.event("received");
  const ended = readToEnd(conn).catch(() => {}).finally(() => conn.close());
  await server.stop();
  await ended;
  const [{ accepted, closed, active }] = server.events("stopped");
  assertEquals([accepted, closed, active], [1, 1, 0]);
});

test("a client that resets in the backlog of a blocking server harms nobody", async () => {
  await using server = await Server.start(["blocking", "--quiet"]);
  const first = await server.connect();
  assertEquals(await exchange(first, "first"), "first");
  const waiting = await server.connect();
  await writeAll(waiting, encode("gone before my turn"));
  waiting.close();
  first.close();
  await connectAndReset(server.port);
  using last = await server.connect();
  assertEquals(await exchange(last, "last"), "last");
});
