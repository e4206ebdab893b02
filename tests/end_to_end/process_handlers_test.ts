/**
 * Handlers of one's own in the children of a server that forks.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals, assertLess, assertMatch, assertStringIncludes } from "../harness/assert.ts";
import { exchange, readExactly, readToEnd, writeAll } from "../harness/clients.ts";
import { Server } from "../harness/playground.ts";
import { forking } from "../harness/processes.ts";
import { test } from "../harness/test.ts";

const ignore = !hasSystemCalls();
const PROCESS = ["process", "--sockets", "libc"];
const decoder = new TextDecoder();

const TICKING = `export const eventLoop = true;
  export default () => {
    let ticks = 0;
    setInterval(() => ticks++, 1);
    return { receive: () => String(ticks % 10) + ";" };
  };`;

for (const model of ["process", "thread"]) {
  test(`${model} on libc: timers of a handler fire while its client never pauses`, async () => {
    const handler = await Deno.makeTempFile({ suffix: ".js" });
    await Deno.writeTextFile(handler, TICKING);
    try {
      const args = [model, "--sockets", "libc", "--quiet", "--handler", handler];
      await using server = await Server.start([...args, "--recv-size", "1"]);
      using conn = await server.connect();
      // Where there is one processor, the runtime looks at its timers only in every 61st turn of its loop.
      const messages = 20_000;
      await writeAll(conn, new Uint8Array(messages));
      assertMatch(decoder.decode(await readExactly(conn, 2 * messages)), /[1-9]/);
    } finally {
      await Deno.remove(handler);
    }
  }, { ignore });
}

test("process on libc: a handler that needs an event loop has one", async () => {
  const handler = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(handler, TICKING);
  try {
    await using server = await Server.start([...PROCESS, "--quiet", "--handler", handler]);
    using conn = await server.connect();
    let ticks = "";
    for (let look = 0; !/[1-9]/.test(ticks); look++) {
      assertLess(look, 1_000);
      await writeAll(conn, new TextEncoder().encode("?"));
      ticks = decoder.decode(await readExactly(conn, 2));
    }
  } finally {
    await Deno.remove(handler);
  }
}, { ignore });

test(
  "process on libc: a handler knows its process, and what it cannot do there fails",
  async () => {
    const handler = await Deno.makeTempFile({ suffix: ".js" });
    await Deno.writeTextFile(
      handler,
      `export default () => ({
      receive(chunk) {
        const asked = new TextDecoder().decode(chunk);
        if (asked === "command") new Deno.Command("true").outputSync();
        if (asked === "read") Deno.readTextFile("x");
        if (asked === "worker") new Worker("data:,", { type: "module" });
        return String(Deno.pid).padStart(10);
      },
    });`,
    );
    try {
      await using server = await Server.start([...PROCESS, "--handler", handler]);
      const conn = await server.connect();
      await writeAll(conn, new TextEncoder().encode("pid"));
      const pid = Number(decoder.decode(await readExactly(conn, 10)));
      assertEquals((await forking(server.pid)).children, [pid]);
      for (const asked of ["command", "read", "worker"]) {
        using other = await server.connect();
        await writeAll(other, new TextEncoder().encode(asked));
        assertEquals(await readToEnd(other), new Uint8Array());
      }
      await server.event("child-ended", 3);
      conn.close(); // the stop would wait for it
      const { stderr } = await server.stop();
      for (const name of ["Deno.Command", "Deno.readTextFile", "Worker"]) {
        assertStringIncludes(stderr, `${name} needs an event loop`);
      }
    } finally {
      await Deno.remove(handler);
    }
  },
  { ignore },
);

test(
  "process on libc: with an idle timeout, a child that was stopped and goes on serves on",
  async () => {
    await using server = await Server.start([...PROCESS, "--quiet", "--idle-timeout", "60s"]);
    using conn = await server.connect();
    assertEquals(await exchange(conn, "before"), "before");
    const { children: [child] } = await forking(server.pid);
    for (const signal of ["SIGSTOP", "SIGCONT"] as const) Deno.kill(child, signal);
    assertEquals(await exchange(conn, "after"), "after");
  },
  { ignore },
);

test("process on libc: a handler may end its process, and with which status is told", async () => {
  const handler = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(handler, "export default () => ({ receive: () => Deno.exit(3) });");
  try {
    await using server = await Server.start([...PROCESS, "--handler", handler]);
    using conn = await server.connect();
    await writeAll(conn, new TextEncoder().encode("?"));
    assertEquals((await server.event("child-ended", 1)).code, 3);
  } finally {
    await Deno.remove(handler);
  }
}, { ignore });

test("process on libc: a timer in a forked child fails, and the line says what to do", async () => {
  const handler = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(
    handler,
    "export default () => ({ receive() { setTimeout(() => {}, 1); return 'never'; } });",
  );
  try {
    await using server = await Server.start([...PROCESS, "--handler", handler]);
    using conn = await server.connect();
    await writeAll(conn, new TextEncoder().encode("?"));
    assertEquals(await readToEnd(conn), new Uint8Array());
    assertEquals((await server.event("child-ended", 1)).code, 1);
    const { stderr } = await server.stop();
    assertStringIncludes(stderr, "export const eventLoop = true");
  } finally {
    await Deno.remove(handler);
  }
}, { ignore });
