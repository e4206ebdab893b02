/**
 * What `playground flood --reconnect-after` promises of clients that come and go, on both kinds of sockets.
 *
 * @module
 */

import { assertEquals, assertGreater, assertLess, assertLessOrEqual } from "../harness/assert.ts";
import { assertMatch } from "../harness/assert.ts";
import { interrupted, untilInTable } from "../harness/interrupted.ts";
import { Server } from "../harness/playground.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { test } from "../harness/test.ts";

/** Whether this user may have a network of their own, in which there are few ports. */
const mayUnshare = hasSystemCalls() &&
  new Deno.Command("unshare", { args: ["-rn", "ip", "link", "set", "lo", "up"], stderr: "null" })
    .outputSync().success;

/** More connections are closed than there are at once. Of thousands a server tells a few each second. */
const FAR = 8;

for (const sockets of ["deno", "libc"] as const) {
  const ignore = sockets === "libc" && !hasSystemCalls();
  const churn = ["flood", "--sockets", sockets, "--conns", "5", "--reconnect-after", "1"];

  test(`on ${sockets} sockets: connections come and go, and the server has seen each`, async () => {
    await using server = await Server.start(["select"]);
    const args = ["--port", String(server.port), "--duration", "0", "--json"];
    const { code, stdout } = await interrupted([...churn, ...args], server.event("closed", FAR));
    const results = JSON.parse(stdout);
    const { opened, served, finished, elapsedMs } = results;
    assertEquals([code, served], [0, opened]);
    assertGreater(finished, 5);
    // Both are rounded.
    const impliedMs = 1_000 * finished / results.connectionsPerSecond;
    assertLess(Math.abs(impliedMs - elapsedMs), 1 + elapsedMs / 50);
    assertGreater(results.firstAnswerMs.p50, 0);
    await server.stop();
    const [{ accepted, resets }] = server.events("stopped");
    // Those that were being opened at the end were not counted, and closed at once.
    assertGreater(6, Number(accepted) - opened);
    assertEquals([Number(accepted) >= opened, resets], [true, 0]);
  }, { ignore });

  test(
    `on ${sockets} sockets: a blocking server has served all who come and go, one after another`,
    async () => {
      await using server = await Server.start(["blocking"]);
      const args = ["--port", String(server.port), "--duration", "0"];
      const { code, stdout } = await interrupted([...churn, ...args], server.event("closed", FAR));
      const [, opened, served] = /^connections +([\d,]+) opened, ([\d,]+) served/.exec(stdout) ??
        [];
      assertEquals([code, served], [0, opened]);
      assertMatch(stdout, /^come and go +[\d,]+ connections closed after 1 message, /m);
    },
    { ignore },
  );

  test(
    `on ${sockets} sockets: where ports run out, it says so, goes on, and ends in time`,
    async () => {
      // A few ports for each address, and none of a closed connection is free again within a minute.
      // The system's flood connects from 250 addresses, which takes a busy machine some time.
      const portsEach = sockets === "deno" ? 4 : 2;
      const sysctl = "/proc/sys/net/ipv4";
      const set =
        `ip link set lo up && echo "50000 ${
          49_999 + portsEach
        }" >${sysctl}/ip_local_port_range && ` +
        `echo 0 >${sysctl}/tcp_tw_reuse`;
      await using server = await Server.start(["select", "--quiet"], {
        wrapper: ["unshare", "-rn", "sh", "-c", `${set} && exec "$0" "$@"`],
      });
      const csv = await Deno.makeTempFile();
      const args = ["--port", String(server.port), "--duration", "0", "--csv", csv];
      const startedMs = performance.now();
      const { code, stdout } = await interrupted(
        [...churn, ...args],
        untilInTable(csv, "refused", 6),
        {
          wrapper: ["nsenter", "-t", String(server.pid), "-U", "-n", "--preserve-credentials"],
        },
      );
      const seconds = (performance.now() - startedMs) / 1_000;
      await Deno.remove(csv);
      // Deno connects from one address only. The server itself has one of its ports.
      const ports = portsEach * (sockets === "deno" ? 1 : 250) - 1;
      const [, opened, served, refused] =
        /^connections +([\d,]+) opened, ([\d,]+) served, ([\d,]+) refused, 0 lost$/m.exec(stdout) ??
          [];
      assertEquals([code, served], [1, opened]);
      // No port is used twice, and in the end each client finds none, though others may be left.
      assertLessOrEqual(Number(opened.replace(",", "")), ports);
      // Each client tries again ten times a second, and no more often.
      assertGreater(Number(refused), 5);
      assertLess(Number(refused), 5 * (10 * seconds + 5));
      assertMatch(
        stdout,
        /^refused +\d+: no local port is left \(EADDRNOTAVAIL\); .*--(sockets|connect-rate)/m,
      );
    },
    { ignore: !mayUnshare },
  );
}
