/**
 * What `playground flood` promises of rates over all connections, of web servers, and of servers that
 * come back, on both kinds of sockets.
 *
 * @module
 */

import { freePort } from "../../clients/target/listening_ports.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals, assertGreater, assertGreaterOrEqual } from "../harness/assert.ts";
import { assertLess, assertMatch } from "../harness/assert.ts";
import {
  floodUntilServed,
  interrupted,
  untilInTable,
  untilReceived,
} from "../harness/interrupted.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { run, Server } from "../harness/playground.ts";
import { test } from "../harness/test.ts";

const WRONG: readonly [args: string, said: RegExp][] = [
  ["--rate 5 --total-rate 5", /^--rate and --total-rate cannot be used together/],
  ["--rate 5 --stages 1s:5", /^--rate and --stages cannot be used together/],
  ["--stages 1s:5 --duration 1s", /^--stages and --duration cannot be used together/],
  ["--stages 10s", /^--stages 10s: it takes stages of a duration and a rate, such as/],
  ["--total-rate 0", /^--total-rate 0: it takes a whole number from 1 to 10000000/],
  ["--http index.html", /^--http index\.html: it takes a path such as/],
  ["--http / --size 5", /^--http and --size cannot be used together/],
  ["--http / --message hi", /^--http and --message cannot be used together/],
  ["--http / --no-wait", /^--http and --no-wait cannot be used together/],
];

for (const [args, said] of WRONG) {
  test(`flood ${args}: one line says why not, and exit status 2`, async () => {
    assertOneLine(await run(["flood", ...args.split(" ")]), 2, said);
  });
}

for (const sockets of ["deno", "libc"]) {
  const options = { ignore: sockets === "libc" && !hasSystemCalls() };
  const flood = (server: { port: number }, args: readonly string[]) =>
    run(["flood", "--sockets", sockets, "--port", String(server.port), ...args]);

  test(`on ${sockets} sockets: a web server gets requests at a total rate`, async () => {
    await using server = await Server.start(["epoll", "--quiet", "--handler", "http"]);
    const { code, stdout } = await flood(
      server,
      ["--conns", "10", "--http", "/", "--total-rate", "200", "--duration", "1s", "--json"],
    );
    const results = JSON.parse(stdout);
    const { messagesSent, messagesDue, messagesOverdue, messagesUnanswered } = results;
    // A machine that is too slow for the rate is a reason to end with 1, and the only one.
    const isSlow = messagesOverdue + messagesUnanswered > 0;
    assertEquals([code, results.loop, results.errors], [isSlow ? 1 : 0, "open", []]);
    assertEquals(results.statuses, { 200: messagesSent - messagesUnanswered });
    assertLess(Math.abs(messagesDue - 200), 3);
  }, options);

  test(`on ${sockets} sockets: a closed loop says so, and stages end the flood`, async () => {
    await using server = await Server.start(["epoll", "--quiet"]);
    const closed = await floodUntilServed(50, [
      ...["--sockets", sockets, "--port", String(server.port), "--quiet"],
    ]);
    assertMatch(
      closed.stdout,
      /^closed loop +50 clients, each waits for its echo: the (median is mostly|mean is) 50 ÷ throughput, [\d.]+ [mµ]?s$/m,
    );
    // In the last one no more messages fall due, and those that are late are sent.
    const stages = await flood(
      server,
      ["--conns", "5", "--stages", "200ms:500,200ms:0,2s:0", "--quiet"],
    );
    assertMatch(stages.stdout, /^rate +100 messages requested, 100 sent, 0 not sent in time$/m);
    assertEquals([closed.code, stages.code], [0, 0]);
  }, options);

  test(`on ${sockets} sockets: a server that is killed and comes back is survived`, async () => {
    await using servers = new AsyncDisposableStack();
    const port = String(freePort()); // no other is given it while the server is away
    const start = async () => servers.use(await Server.start(["epoll", "--port", port]));
    const first = await start();
    const csv = await Deno.makeTempFile();
    const comesBack = async () => {
      await untilReceived(first, 5, 2);
      first.signal("SIGKILL");
      await first.outcome();
      // While the system leaves the flood no processor, it does not miss the first.
      await untilInTable(csv, "refused_ECONNREFUSED", 1);
      await untilReceived(await start(), 5, 2);
    };
    const args = ["--conns", "5", "--total-rate", "100", "--duration", "0", "--reconnect"];
    const { code, stdout } = await interrupted(
      ["flood", "--sockets", sockets, "--port", port, ...args, "--csv", csv, "--json"],
      comesBack(),
    );
    await Deno.remove(csv);
    const { opened, lost, reopened, errors, messagesEchoed, outageMs } = JSON.parse(stdout);
    assertEquals([code, reopened, opened], [1, lost, 5 + lost]);
    // The sockets of a process that ends are not closed at once: a client that is quick may come to its
    // listener once more.
    assertGreaterOrEqual(lost, 5);
    assertGreater(messagesEchoed, 0);
    assertGreater(outageMs.max, 0);
    const kinds = errors.map(({ kind }: { kind: string }) => kind);
    assertEquals([...new Set(kinds)].sort(), ["lost", "refused"]);
  }, { ignore: options.ignore || Deno.build.os === "windows" });
}
