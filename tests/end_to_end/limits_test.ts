/**
 * What every model does when the machine has no more to give.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertNotMatch } from "../harness/assert.ts";
import { exchange } from "../harness/clients.ts";
import { Server } from "../harness/playground.ts";
import { cpuSeconds } from "../harness/processes.ts";
import { test } from "../harness/test.ts";
import { MODELS } from "./models.ts";

const CLIENTS = 2_000;
const LIMIT = 256;
/** How often the server may be looked at until it has come to rest. */
const LOOKS = 30;

for (const { name, isSerial, spareFlags, idleFlags = [] } of MODELS) {
  test(`${name}: ${CLIENTS} clients under a limit of ${LIMIT} descriptors`, async () => {
    // A backlog for all of them: who is not accepted waits there, and is not refused.
    await using server = await Server.start(
      [name, "--quiet", "--backlog", "4096", "--grace", "0", ...idleFlags],
      { before: `ulimit -n ${LIMIT}` },
    );
    const clients: Deno.TcpConn[] = [];
    while (clients.length < CLIENTS) clients.push(await server.connect());
    assertEquals(await exchange(clients[0], "the first is served"), "the first is served");
    // A servant for each client costs several descriptors, so their number is limited beforehand.
    const event = spareFlags === undefined ? "out-of-descriptors" : "clients-limited";
    if (!isSerial) assertEquals((await server.event(event)).limit, LIMIT);
    await untilIdle(server);
    assertEquals(await exchange(clients[0], "and still is"), "and still is");

    // With descriptors free again, accepting goes on where it stopped.
    const mostAccepted = isSerial ? 1 : Number(server.events(event)[0].most ?? LIMIT);
    const leaving = Math.ceil(mostAccepted / 2);
    for (const client of clients.slice(0, leaving)) client.close();
    assertEquals(await exchange(clients[mostAccepted], "now I am"), "now I am");

    for (const client of clients.slice(leaving)) client.close();
    const { code, stderr } = await server.stop();
    assertEquals([code, stderr], [0, ""]);
    assertEquals(server.events(event).length, isSerial ? 0 : 1, "it is said once");
  }, { ignore: Deno.build.os !== "linux" });
}

/** Waits for a second in which the server takes less than 10 % of a CPU. One that spins has none. */
async function untilIdle(server: Server): Promise<void> {
  const shares: number[] = [];
  for (let look = 0; look < LOOKS; look++) {
    const before = await cpuSeconds(server.pid);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const share = await cpuSeconds(server.pid) - before;
    if (share < 0.1) return;
    shares.push(share);
  }
  throw new Error(`it never rests: CPU shares ${shares.join(", ")}`);
}

test("select: the line on descriptors tells people what to do", async () => {
  const { commandFor } = await import("../harness/playground.ts");
  const [program, args] = commandFor(["serve", "select", "--port", "0", "--quiet"]);
  const child = new Deno.Command("sh", {
    args: ["-c", 'ulimit -n 64 && exec "$0" "$@"', program, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { LC_ALL: "C" },
  }).spawn();
  const stdout = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const port = Number(/:(\d+) /.exec((await stdout.read()).value ?? "")?.[1]);
  const clients = await Promise.all(
    Array.from({ length: 80 }, () => Deno.connect({ hostname: "127.0.0.1", port })),
  );
  const stderr = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  const { value: line = "" } = await stderr.read();
  assertMatch(line, /^no descriptor left for another client \(the limit is 64\).*ulimit -n\n$/);
  assertNotMatch(line, /\bat .*:\d+/);
  for (const client of clients) client.close();
  child.kill("SIGINT");
  await child.stdin.close();
  await stdout.cancel();
  await stderr.cancel();
  assert((await child.status).success);
}, { ignore: Deno.build.os !== "linux" });
