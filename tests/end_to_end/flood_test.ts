/**
 * What the flood promises on both kinds of sockets, and what only the system's own calls can do.
 *
 * @module
 */

import { assert, assertEquals, assertGreater, assertLess } from "../harness/assert.ts";
import { assertGreaterOrEqual, assertMatch } from "../harness/assert.ts";
import { NOBODYS_PORT } from "../harness/clients.ts";
import { floodUntilServed, interrupted, untilReceived } from "../harness/interrupted.ts";
import { type Outcome, run, type RunOptions, Server } from "../harness/playground.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { test } from "../harness/test.ts";

const ignore = !hasSystemCalls();

function flood(args: readonly string[], options?: RunOptions): Promise<Outcome> {
  return run(["flood", "--sockets", "libc", ...args], options);
}

for (const sockets of ["deno", "libc"]) {
  const isMissing = sockets === "libc" && !hasSystemCalls();
  const floodOn = (args: readonly string[], options?: RunOptions) =>
    run(["flood", "--sockets", sockets, ...args], options);
  const floodUntil = (isFar: Promise<unknown>, args: readonly string[]) =>
    interrupted(["flood", "--sockets", sockets, "--duration", "0", ...args], isFar);

  test(`on ${sockets} sockets: a hard limit that is too low is told before it starts`, async () => {
    assertOneLine(
      await floodOn(["--conns", "1000"], { before: "ulimit -n 256" }),
      1,
      /^1,000 connections need more descriptors than the limit of 256.*ulimit -n 1064/,
    );
  }, { ignore: isMissing || Deno.build.os === "windows" });

  test(`on ${sockets} sockets: where nothing listens, one line and exit status 1`, async () => {
    assertOneLine(
      await floodOn(["--port", String(NOBODYS_PORT)]),
      1,
      /^nothing is listening on 127\.0\.0\.1/,
    );
  }, { ignore: isMissing });

  test(`on ${sockets} sockets: where nothing listens, --json prints why`, async () => {
    const args = ["--port", String(NOBODYS_PORT), "--conns", "5"];
    const { code, stdout } = await floodOn([...args, "--json"]);
    const { opened, refused, refusedBy, connectTimeMs, roundTripMs } = JSON.parse(stdout);
    assertEquals([code, opened, refused, refusedBy], [1, 0, 5, { ECONNREFUSED: 5 }]);
    assertEquals([connectTimeMs, roundTripMs], [null, null]);
    const { stdout: shown } = await floodOn([...args, "--expect", "refused = 5"]);
    assertMatch(shown, /promise +refused = 5: kept/);
    assert(!shown.includes("connect time"), "connections that were not opened took no time");
  }, { ignore: isMissing });

  test(
    `on ${sockets} sockets: a host that does not exist gets one line and exit status 1`,
    async () => {
      assertOneLine(
        await floodOn(["--host", "no-such-host.invalid", "--conns", "2"]),
        1,
        /^cannot connect to no-such-host\.invalid:7788: ./,
      );
    },
    { ignore: isMissing },
  );

  test(
    `on ${sockets} sockets: whoever a blocking server does not get to was never served`,
    async () => {
      await using server = await Server.start(["blocking"]);
      const args = ["--port", String(server.port), "--conns", "3"];
      const { code, stdout } = await floodUntil(untilReceived(server, 1, 8), args);
      assertMatch(stdout, /3 opened, 1 served, 0 refused, 0 lost/);
      assertMatch(stdout, /2 connections were never served/);
      assertEquals(code, 1);
    },
    { ignore: isMissing },
  );

  test(
    `on ${sockets} sockets: --no-wait: a server that only listens has served whom it has heard to the end`,
    async () => {
      await using server = await Server.start(["select", "--handler", "discard"]);
      // A server that has little to read for a pause is not behind by seconds at the end.
      const args = ["--port", String(server.port), "--conns", "10", "--no-wait", "--think", "5"];
      const { code, stdout } = await floodUntil(untilReceived(server, 10, 2), args);
      assertMatch(stdout, /10 opened, 10 served, 0 refused, 0 lost/);
      assertEquals(code, 0);
    },
    { ignore: isMissing },
  );

  test(
    `on ${sockets} sockets: --no-wait: a server that is killed has lost its connections`,
    async () => {
      await using server = await Server.start(["select", "--verbose"]);
      const args = ["--port", String(server.port), "--conns", "20", "--duration", "20s"];
      const flooding = floodOn([...args, "--no-wait", "--json"]);
      await server.event("accepted", 20);
      server.signal("SIGKILL");
      const { code, stdout } = await flooding;
      const { lost, refused } = JSON.parse(stdout);
      assertEquals([code, lost + refused], [1, 20]);
      assertGreater(lost, 0);
    },
    { ignore: isMissing || Deno.build.os === "windows" },
  );

  test(
    `on ${sockets} sockets: --rate: a server that is frozen to the end cannot hide it`,
    async () => {
      await using server = await Server.start(["select", "--verbose"]);
      const args = ["--port", String(server.port), "--conns", "5", "--duration", "3s"];
      const flooding = floodOn([...args, "--rate", "50", "--json"]);
      await server.event("received", 20);
      server.signal("SIGSTOP");
      const { code, stdout } = await flooding;
      const results = JSON.parse(stdout);
      assertEquals([code, results.lost], [1, 0]);
      assertGreater(results.messagesUnanswered, 0);
      assertGreater(results.messagesOverdue, 0);
      assertEquals(results.messagesDue, results.messagesSent + results.messagesNotSent);
      // What is overdue is at least as old as this, and there is more of it than one in a thousand.
      assertGreater(results.roundTripMs["p99.9"], 250);
    },
    { ignore: isMissing || Deno.build.os === "windows" },
  );

  test(`on ${sockets} sockets: it ends in time though nobody takes what it sends`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const conns: Deno.TcpConn[] = [];
    const areSending = async () => {
      while (conns.length < 3) {
        const conn = await listener.accept();
        conns.push(conn);
        await conn.read(new Uint8Array(1));
      }
    };
    const args = ["--port", String(listener.addr.port), "--conns", "3", "--size", "16777216"];
    const { code, stdout } = await floodUntil(areSending(), [...args, "--json"]);
    for (const conn of conns) conn.close();
    const { opened, served, lost, messagesSent } = JSON.parse(stdout);
    assertEquals([code, opened, served, lost, messagesSent], [1, 3, 0, 0, 0]);
  }, { ignore: isMissing });

  test(
    `on ${sockets} sockets: it ends in time though connections are still being opened`,
    async () => {
      // Nobody accepts, and the backlog is full after a few.
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
      const args = ["--port", String(listener.addr.port), "--conns", "20", "--duration", "500ms"];
      const [shown, counted] = await Promise.all([floodOn(args), floodOn([...args, "--json"])]);
      assertEquals([shown.code, counted.code], [1, 1]);
      assertMatch(shown.stdout, /connections were not opened before the end/);
      const { opened, refused, notOpened } = JSON.parse(counted.stdout);
      assertEquals([opened + refused + notOpened, notOpened > 0], [20, true]);
    },
    { ignore: isMissing || Deno.build.os !== "linux" },
  );
}

for (const threads of ["1", "2"]) {
  test(
    `select and 1,000 connections from ${threads} threads: none lost, nothing wrong`,
    async () => {
      await using server = await Server.start(["select", "--quiet"]);
      const load = ["--sockets", "libc", "--threads", threads, "--think", "500", "--json"];
      const args = ["--port", String(server.port), ...load];
      const { code, stdout, stderr } = await floodUntilServed(1_000, args);
      const { served, lost, refused, wrongBytes } = JSON.parse(stdout);
      assertEquals([served, lost, refused, wrongBytes], [1_000, 0, 0, 0]);
      assertEquals([code, stderr], [0, ""]);
      await server.stop();
      assertEquals(server.events("stopped")[0].accepted, 1_000);
    },
    { ignore },
  );
}

for (const limit of [64, 96, 128, 256]) {
  test(`a hard limit of ${limit} that is too low for the threads is told beforehand`, async () => {
    assertOneLine(
      await flood(["--conns", "32", "--threads", "32"], { before: `ulimit -n ${limit}` }),
      1,
      new RegExp(`^32 connections from 32 threads need more .* limit of ${limit}: .*--threads`),
    );
  }, { ignore });
}

test("a soft limit of 256 descriptors is no hindrance if the hard one is high enough", async () => {
  await using server = await Server.start(["select", "--quiet", "--backlog", "4096"]);
  const args = ["--port", String(server.port), "--sockets", "libc", "--think", "500"];
  const before = "ulimit -S -n 256 && ulimit -H -n 4096";
  const { code, stdout, stderr } = await floodUntilServed(1_000, args, { before });
  assertEquals(stderr, "");
  assertMatch(stdout, /1,000 opened, 1,000 served, 0 refused, 0 lost/);
  assertEquals(code, 0);
}, { ignore });

test("--threads has no effect with Deno's sockets", async () => {
  assertOneLine(
    await run(["flood", "--threads", "2"]),
    2,
    /^--threads has no effect with --sockets deno; it is for --sockets libc/,
  );
});

test("--sockets libc elsewhere than on Linux gets one line and exit status 2", async () => {
  assertOneLine(await flood(["--conns", "1"]), 2, /^--sockets libc needs Linux/);
}, { ignore: !ignore });

for (const sockets of ["deno", "libc"]) {
  test(`--no-think is no pause on ${sockets} sockets, and the last word counts`, async () => {
    const run = async (messages: number, ...think: string[]) => {
      await using server = await Server.start(["select", "--verbose"]); // or it tells few of many
      const args = ["--port", String(server.port), "--conns", "1", "--duration", "0", "--json"];
      const { code, stdout } = await interrupted(
        ["flood", "--sockets", sockets, ...args, ...think],
        server.event("received", messages),
      );
      assertEquals(code, 0);
      return JSON.parse(stdout);
    };
    const slow = await run(5, "--no-think", "--think", "100");
    assertGreaterOrEqual(slow.elapsedMs, (slow.messagesSent - 1) * 100);
    const fast = await run(100, "--think", "100", "--no-think");
    assertLess(fast.elapsedMs, (fast.messagesSent - 1) * 100);
  }, { ignore: ignore && sockets === "libc" });
}

test("Ctrl-C ends a flood without end, and shows what it came to", async () => {
  await using server = await Server.start(["select"]);
  const args = ["--port", String(server.port), "--conns", "5", "--duration", "0", "--threads", "2"];
  const { code, stdout, stderr } = await interrupted(
    ["flood", "--sockets", "libc", ...args],
    untilReceived(server, 5, 2),
  );
  assertEquals(stderr, "");
  assertMatch(stdout, /^connections +5 opened, 5 served, 0 refused, 0 lost\n/);
  assertEquals(code, 0);
}, { ignore });
