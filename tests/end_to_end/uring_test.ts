/**
 * What only `uring` does: where it serves, where it cannot, and what it saves.
 *
 * @module
 */

import { fileURLToPath as fromFileUrl } from "node:url";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals, assertGreater, assertLess } from "../harness/assert.ts";
import { exchange } from "../harness/clients.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { run, Server } from "../harness/playground.ts";
import { test } from "../harness/test.ts";

const ignore = !hasSystemCalls();
const FORBIDDER = fromFileUrl(new URL("../harness/forbid_call.ts", import.meta.url));
/** <sys/syscall.h>, on all processors. */
const IO_URING_SETUP = 425;

test("uring serves on libc without being told to", async () => {
  await using server = await Server.start(["uring", "--quiet"]);
  assertEquals(server.events("listening")[0].sockets, "libc");
  using client = await server.connect();
  assertEquals(await exchange(client, "hello"), "hello");
}, { ignore });

test("uring says why it does not serve on Deno's sockets", async () => {
  assertOneLine(
    await run(["serve", "uring", "--sockets", "deno"]),
    2,
    /^uring serves on --sockets libc alone: Deno's sockets wait for readiness inside/,
  );
}, { ignore });

for (
  const [why, errno, line] of [
    ["the kernel has no io_uring", 38, /^uring needs io_uring, which this kernel does not have/],
    ["io_uring is forbidden", 1, /^uring needs io_uring, which this system forbids \(EPERM\)/],
    ["the kernel is too old", 22, /^uring needs the io_uring of Linux 6\.1 or later/],
    ["no memory may be locked", 12, /^uring cannot have the memory of its rings \(ENOMEM\)/],
  ] as const
) {
  test(`uring says that ${why}, and the others serve`, async () => {
    const args = [FORBIDDER, String(IO_URING_SETUP), String(errno)];
    const wrapper = [Deno.execPath(), "run", "-A", "--no-check", ...args];
    assertOneLine(await run(["serve", "uring", "--port", "0"], { wrapper }), 1, line);
    const { code, stdout } = await run(["lab", "readiness-or-completion", "--json"], { wrapper });
    assertEquals([code, JSON.parse(stdout).verdict], [1, "not-run"]);
  }, { ignore });
}

test("uring: one client alone takes a system call for a message, and many share one", async () => {
  const [alone, together] = [await callsPerMessage(1, 500), await callsPerMessage(50, 100)];
  assertGreater(alone, 0.95);
  assertLess(alone, 1.5); // with a few calls to begin and end
  assertLess(together, alone);
}, { ignore });

/** System calls of a server, for each message. */
async function callsPerMessage(clients: number, messagesEach: number): Promise<number> {
  await using server = await Server.start(["uring", "--quiet", "--stats", "--grace", "60s"]);
  await Promise.all(Array.from({ length: clients }, async () => {
    using client = await server.connect();
    for (let i = 0; i < messagesEach; i++) assertEquals(await exchange(client, "hello"), "hello");
  }));
  await server.stop();
  const [{ recvs, sends, systemCalls }] = server.events("stopped");
  assertEquals([recvs, sends], [clients * messagesEach, clients * messagesEach]);
  return Number(systemCalls) / (clients * messagesEach);
}
