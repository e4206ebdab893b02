/**
 * A system that allows no more threads, where the runtime would abort.
 *
 * @module
 */

import { asAnotherUser, canRunAs } from "../harness/another_user.ts";
import { assert, assertEquals, assertLess } from "../harness/assert.ts";
import { exchange } from "../harness/clients.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { run, Server } from "../harness/playground.ts";
import { changeLimit } from "../harness/processes.ts";
import { test } from "../harness/test.ts";

const AS_ANOTHER_USER = asAnotherUser(1);
const ignore = !canRunAs(AS_ANOTHER_USER);
const LIMIT = 30;
const wrapper = [...AS_ANOTHER_USER, "prlimit", `--nproc=${LIMIT}:`];
const REFUSED =
  /^the system allows no more threads \(pthread_create: EAGAIN \(11\)\): ask for fewer, .*ulimit -u$/m;

interface Crowd {
  /** Those that have a thread. */
  readonly served: Deno.TcpConn[];
  /** A client without a thread, and what it will be sent when it has one. */
  readonly waiting: Deno.TcpConn;
  readonly answer: Promise<string>;
}

/** Clients that stay come until the system allows no more threads, and then one more. */
async function crowd(server: Server): Promise<Crowd> {
  const served: Deno.TcpConn[] = [];
  for (;;) {
    const conn = await server.connect();
    const answer = exchange(conn, "hello");
    const isServed = await Promise.race([
      answer.then(() => true),
      server.event("too-many-threads").then(() => false),
    ]);
    assertLess(served.length, LIMIT);
    if (!isServed) return { served, waiting: conn, answer };
    served.push(conn);
  }
}

for (const kind of ["deno", "libc"]) {
  for (const keep of [[], ["--keep", "0"]]) {
    test(
      `${
        ["thread on", kind, ...keep].join(" ")
      }: a client that finds no thread gets one when another leaves`,
      async () => {
        const args = ["thread", "--sockets", kind, ...keep, "--quiet"];
        await using server = await Server.start(args, { wrapper });
        const { served, waiting, answer } = await crowd(server);
        assertEquals(await exchange(served[0], "goes on"), "goes on");
        const others = [];
        for (let i = 0; i < 10; i++) others.push(await server.connect());
        for (const conn of [...served, ...others]) conn.close();
        assertEquals(await answer, "hello");
        assertEquals(await exchange(waiting, "goes on"), "goes on");
        waiting.close();
        const { code, stderr } = await server.stop();
        assertEquals([code, stderr], [0, ""]);
        assertEquals(server.events("too-many-threads").length, 1);
      },
      { ignore },
    );
  }

  test(
    `thread on ${kind}: a client that finds no thread gets one when there may be more`,
    async () => {
      await using server = await Server.start(["thread", "--sockets", kind, "--quiet"], {
        wrapper,
      });
      const { served, waiting, answer } = await crowd(server);
      await changeLimit(server.pid, "nproc=1000:", AS_ANOTHER_USER);
      assertEquals(await answer, "hello");
      for (const conn of [...served, waiting]) {
        assertEquals(await exchange(conn, "goes on"), "goes on");
        conn.close();
      }
      assertEquals((await server.stop()).code, 0);
    },
    { ignore },
  );

  test(`thread on ${kind}: where there may be no more threads, it ends on Ctrl-C`, async () => {
    const args = ["thread", "--sockets", kind, "--grace", "0", "--quiet"];
    await using server = await Server.start(args, { wrapper });
    const { served, waiting, answer } = await crowd(server);
    answer.catch(() => {}); // it is reset
    const { code } = await server.stop();
    assertEquals(code, 0);
    for (const conn of [...served, waiting]) conn.close();
  }, { ignore });

  test(`threadpool on ${kind}: it serves with as many threads as there may be`, async () => {
    const args = ["threadpool", "--threads", "60", "--sockets", kind, "--quiet"];
    await using server = await Server.start(args, { wrapper });
    assertEquals(server.events("too-many-threads").length, 1);
    for (let i = 0; i < 100; i++) {
      using conn = await server.connect();
      assertEquals(await exchange(conn, "served"), "served");
    }
    const { code, stderr } = await server.stop();
    assertEquals([code, stderr], [0, ""]);
  }, { ignore });
}

for (const model of ["offload", "pipeline", "reuseport", "reactors", "leader-followers"]) {
  test(`${model}: where there may be fewer threads than workers, that is one line`, async () => {
    const sockets = model === "offload" || model === "reuseport" ? "deno" : "libc";
    const args = ["serve", model, "--sockets", sockets, "--workers", "60", "--port", "0"];
    assertOneLine(await run(args, { wrapper }), 1, REFUSED);
  }, { ignore });
}

test("flood: where there may be fewer threads than it is to have, that is one line", async () => {
  await using server = await Server.start(["epoll", "--quiet"]);
  const { port } = await server.event("listening");
  assert(Number(port) > 0);
  const args = ["flood", "--sockets", "libc", "--threads", "60", "--conns", "60"];
  const outcome = await run([...args, "--port", String(port)], { wrapper });
  assertOneLine(outcome, 1, REFUSED);
}, { ignore });
