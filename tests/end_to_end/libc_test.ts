/**
 * What only the system's own calls can show.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assert, assertEquals, assertGreater, assertLess, assertMatch } from "../harness/assert.ts";
import { exchange, readToEnd } from "../harness/clients.ts";
import { run, Server } from "../harness/playground.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { test } from "../harness/test.ts";

const ignore = !hasSystemCalls();
const LIBC = ["--sockets", "libc", "--quiet"];
/** Of which the last are certain to have descriptors beyond FD_SETSIZE. */
const MANY = 1_100;
const BACKLOG = ["--backlog", "4096"];

for (const model of ["select", "select-queue"]) {
  test(
    `${model} on libc: descriptors beyond FD_SETSIZE are refused, and the others served`,
    async () => {
      await using server = await Server.start([model, ...LIBC, ...BACKLOG, "--grace", "0"]);
      const clients = await Promise.all(Array.from({ length: MANY }, () => server.connect()));
      const answers = await Promise.all(clients.map((client) => answerOrEnd(client)));
      const served = answers.filter((answer) => answer === "hello").length;
      assertLess(served, 1_024);
      assertGreater(served, 900); // the runtime has some tens of descriptors itself
      assertEquals(answers.filter((answer) => answer === "").length, MANY - served);
      const notice = await server.event("beyond-fd-setsize");
      assertEquals(notice.fdSetSize, 1_024);
      assertGreater(Number(notice.descriptor), 1_023);
      for (const client of clients) client.close();
      const { code } = await server.stop();
      const [totals] = server.events("stopped");
      assertEquals([code, totals.accepted, totals.refused], [0, served, MANY - served]);
      assertEquals(server.events("beyond-fd-setsize").length, 1, "it is said once");
    },
    { ignore },
  );

  test(`${model} on libc: --fd-setsize 4096 lets select watch more`, async () => {
    const size = ["--fd-setsize", "4096"];
    await using server = await Server.start([model, ...LIBC, ...BACKLOG, ...size, "--grace", "0"]);
    const clients = await Promise.all(Array.from({ length: MANY }, () => server.connect()));
    const answers = await Promise.all(clients.map((client) => answerOrEnd(client)));
    assertEquals(answers.filter((answer) => answer === "hello").length, MANY);
    for (const client of clients) client.close();
    await server.stop();
    assertEquals(server.events("stopped")[0].refused, 0);
  }, { ignore });
}

/** What the server answers to a greeting: nothing if it turns the client away. */
async function answerOrEnd(client: Deno.TcpConn): Promise<string> {
  try {
    return await exchange(client, "hello");
  } catch (error) {
    // Refused with the greeting unread, the connection is reset.
    if (error instanceof Deno.errors.ConnectionReset) return "";
    if (error instanceof Deno.errors.BrokenPipe) return "";
    throw error;
  }
}

test("epoll on libc serves more clients than FD_SETSIZE has places", async () => {
  await using server = await Server.start(["epoll", ...LIBC, ...BACKLOG, "--grace", "0"]);
  const clients = await Promise.all(Array.from({ length: MANY }, () => server.connect()));
  for (const client of clients) assertEquals(await exchange(client, "hello"), "hello");
  for (const client of clients) client.close();
}, { ignore });

for (const model of ["blocking", "nonblocking", "select", "poll", "epoll"]) {
  test(`${model} on libc: Ctrl-C works at once, though the thread is blocked`, async () => {
    await using idle = await Server.start([model, ...LIBC]);
    assertEquals((await idle.stop()).code, 0);
    assertLess(Number(idle.events("stopped")[0].elapsedMs), 20_000);
    assertEquals(idle.events("cut-off"), []);

    await using server = await Server.start([model, ...LIBC, "--grace", "0"]);
    using silent = await server.connect();
    assertEquals(await exchange(silent, "hello"), "hello");
    // It leaves when it has seen the end: the stop would wait for it.
    const ended = readToEnd(silent).finally(() => silent.close());
    const { code } = await server.stop();
    assertEquals([code, server.events("cut-off")], [0, []]);
    assertEquals((await ended).length, 0);
  }, { ignore });
}

test("epoll on libc listens on ::1 and on names", async () => {
  for (const [host, hostname] of [["::1", "::1"], ["localhost", "localhost"]]) {
    await using server = await Server.start(["epoll", ...LIBC, "--host", host]);
    using client = await Deno.connect({ hostname, port: server.port });
    assertEquals(await exchange(client, "hello"), "hello");
    if (host === "::1") assertEquals(server.events("listening")[0].host, "::1");
  }
}, { ignore: ignore || !hasIpv6() });

function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

test("--stats tells what a server took of the machine", async () => {
  await using server = await Server.start(["epoll", ...LIBC, "--stats", "--grace", "60s"]);
  const client = await server.connect();
  for (let i = 0; i < 1_000; i++) assertEquals(await exchange(client, "hello"), "hello");
  client.close();
  await server.stop();
  const [totals] = server.events("stopped");
  assertEquals([totals.recvs, totals.sends], [1_000, 1_000]);
  // A wait, a recv and a send for each message, and a few calls more for the client itself.
  assertGreater(Number(totals.systemCalls), 2_999);
  assertLess(Number(totals.systemCalls), 3_100);
  assertLess(Math.abs(Number(totals.wakeUps) - 1_000), 50);
  assert(Number(totals.userSeconds) + Number(totals.systemSeconds) > 0);
  assertGreater(Number(totals.peakMemoryBytes), 10_000_000);
  // It waits for each message, or has lost its processor until that one was there.
  assertGreater(Number(totals.voluntarySwitches) + Number(totals.involuntarySwitches), 500);
}, { ignore });

test("16 KiB are received in one call, with room to see that it was all", async () => {
  const MESSAGES = 100;
  const callsWith = async (...flags: string[]) => {
    await using server = await Server.start(["epoll", ...LIBC, "--quiet", "--stats", ...flags]);
    const client = await server.connect();
    const message = "x".repeat(16_384);
    for (let i = 0; i < MESSAGES; i++) assertEquals(await exchange(client, message), message);
    client.close();
    await server.stop();
    return Number(server.events("stopped")[0].systemCalls);
  };
  // A receipt that fills its buffer is followed by one that finds nothing. On a busy machine a message may
  // come in two parts, which takes a call more either way.
  let saved = 0;
  for (let tries = 0; tries < 5 && saved <= MESSAGES / 2; tries++) {
    const [exact, roomy] = await Promise.all([callsWith("--recv-size", "16384"), callsWith()]);
    saved = exact - roomy;
  }
  assertGreater(saved, MESSAGES / 2);
}, { ignore });

test("--stats in words: a line each", async () => {
  await using server = await Server.start(
    ["epoll", ...LIBC, "--stats", "--lang", "en"],
    {},
    "text",
  );
  const client = await server.connect();
  assertEquals(await exchange(client, "hello"), "hello");
  client.close();
  const { stdout } = await server.stop();
  for (const line of ["wake-ups", "system calls", "switches", "CPU", "peak memory"]) {
    assertMatch(stdout, new RegExp(`^${line} +\\S`, "m"));
  }
}, { ignore });

test("what libc cannot do gets one line and exit status 2", async () => {
  const wrong: [string[], RegExp][] = [
    [
      ["async", "--sockets", "libc"],
      /^--sockets libc has no effect with async; it is for blocking, /,
    ],
    [["select", "--fd-setsize", "2048"], /^--fd-setsize has no effect without --sockets libc$/m],
    [
      ["epoll", "--sockets", "libc", "--fd-setsize", "2048"],
      /^--fd-setsize has no effect with epoll/,
    ],
  ];
  for (const [args, line] of wrong) {
    assertOneLine(await run(["serve", ...args]), 2, line);
  }
}, { ignore });
