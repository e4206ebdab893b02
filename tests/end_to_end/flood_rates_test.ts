/**
 * What `playground flood` promises of rates over all connections, of web servers, and of servers that
 * come back, on both kinds of sockets.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals, assertGreater, assertLess, assertMatch } from "../harness/assert.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { run, Server, spawn } from "../harness/playground.ts";
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
    const { loop, statuses, messagesSent, messagesDue, errors } = JSON.parse(stdout);
    assertEquals([code, loop, errors], [0, "open", []]);
    assertEquals(statuses, { 200: messagesSent });
    assertLess(Math.abs(messagesDue - 200), 3);
  }, options);

  test(`on ${sockets} sockets: a closed loop says so, and stages end the flood`, async () => {
    await using server = await Server.start(["epoll", "--quiet"]);
    const closed = await flood(server, ["--conns", "50", "--duration", "300ms", "--quiet"]);
    assertMatch(
      closed.stdout,
      /^closed loop +50 clients, each waits for its echo: the (median is mostly|mean is) 50 ÷ throughput, [\d.]+ [mµ]?s$/m,
    );
    const stages = await flood(
      server,
      ["--conns", "5", "--stages", "200ms:500,200ms:0", "--quiet"],
    );
    assertMatch(stages.stdout, /^rate +100 messages requested, 100 sent, 0 not sent in time$/m);
    assertEquals([closed.code, stages.code], [0, 0]);
  }, options);

  test(`on ${sockets} sockets: a server that is killed and comes back is survived`, async () => {
    await using first = await Server.start(["epoll", "--verbose"]);
    const port = String(first.port);
    const args = ["--conns", "5", "--total-rate", "100", "--duration", "60s", "--reconnect"];
    const flooding = spawn(["flood", "--sockets", sockets, "--port", port, "--json", ...args]);
    await first.event("received", 20);
    first.signal("SIGKILL");
    await first.outcome();
    await using second = await Server.start(["epoll", "--verbose", "--port", port]);
    await second.event("accepted", 5);
    await second.event("received", 20);
    flooding.kill("SIGINT");
    const { code, stdout } = await flooding.output();
    const { opened, lost, reopened, errors, messagesEchoed, outageMs } = JSON.parse(
      new TextDecoder().decode(stdout),
    );
    assertEquals([code, lost, reopened, opened], [1, 5, 5, 10]);
    assertGreater(messagesEchoed, 0);
    assertGreater(outageMs.max, 0);
    const kinds = errors.map(({ kind }: { kind: string }) => kind);
    assertEquals([...new Set(kinds)].sort(), ["lost", "refused"]);
  }, { ignore: options.ignore || Deno.build.os === "windows" });
}
