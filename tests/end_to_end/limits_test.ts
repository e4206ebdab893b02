/**
 * What every model does when the machine has no more to give.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals, assertMatch } from "../harness/assert.ts";
import { exchange } from "../harness/clients.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { run, Server } from "../harness/playground.ts";
import { cpuSeconds } from "../harness/processes.ts";
import { test } from "../harness/test.ts";
import { MODELS } from "./models.ts";

/** More than twice as many as there are descriptors. */
const CLIENTS = 600;
const LIMIT = 256;
/** How often the server may be looked at until it has come to rest, and for how long each time. */
const LOOKS = 75;
const LOOK_MS = 400;

for (const { name, args, servesAtOnce, isLimited, ...model } of MODELS) {
  const { hasSeveralBacklogs } = model;
  test(`${name}: ${CLIENTS} clients under a limit of ${LIMIT} descriptors`, async () => {
    // A backlog for all of them: who is not accepted waits there, and is not refused.
    await using server = await Server.start(
      [...args, "--quiet", "--backlog", "1024", "--grace", "0"],
      { before: `ulimit -n ${LIMIT}` },
    );
    const clients: Deno.TcpConn[] = [];
    while (clients.length < CLIENTS) clients.push(await server.connect());
    assertEquals(await exchange(clients[0], "the first is served"), "the first is served");
    // A worker for each client costs several descriptors, so their number is limited beforehand.
    const event = isLimited ? "clients-limited" : "out-of-descriptors";
    if (servesAtOnce === undefined) assertEquals((await server.event(event)).limit, LIMIT);
    await untilIdle(server);
    assertEquals(await exchange(clients[0], "and still is"), "and still is");

    // With descriptors free again, accepting goes on where it stopped.
    const maxAccepted = servesAtOnce ?? Number(server.events(event)[0].max ?? LIMIT);
    const leaving = Math.ceil(maxAccepted / 2);
    for (const client of clients.slice(0, leaving)) client.close();
    const waiting = clients.slice(maxAccepted, hasSeveralBacklogs ? CLIENTS : maxAccepted + 1);
    const exchanges = waiting.map((client) => exchange(client, "now I am"));
    assertEquals(await Promise.any(exchanges), "now I am");

    for (const client of clients.slice(leaving)) client.close();
    const { code, stderr } = await server.stop();
    assertEquals([code, stderr], [0, ""]);
    assertEquals(
      server.events(event).length,
      servesAtOnce === undefined ? 1 : 0,
      "it is said once",
    );
  }, { ignore: Deno.build.os !== "linux" });
}

const EPOLLS = [
  ["epoll", "--trigger", "edge"],
  ["epoll", "--trigger", "level"],
  ["epoll", "--oneshot"],
  ["greenlet"],
  ["gevent"],
];

for (const [model, ...flags] of hasSystemCalls() ? EPOLLS : []) {
  test(`${[model, ...flags].join(" ")} on libc accepts again when all have left at once`, async () => {
    await using server = await Server.start(
      [model, "--sockets", "libc", ...flags, "--quiet", "--backlog", "1024", "--grace", "0"],
      { before: "ulimit -n 64" },
    );
    const clients: Deno.TcpConn[] = [];
    while (clients.length < 200) clients.push(await server.connect());
    await server.event("out-of-descriptors");
    for (const client of clients) client.close();
    using last = await server.connect();
    assertEquals(await exchange(last, "now I am"), "now I am");
    last.close(); // the stop would wait for it
    assertEquals((await server.stop()).code, 0);
  });
}

/** Waits for a while in which the server takes less than 10 % of a CPU. One that spins has none. */
async function untilIdle(server: Server): Promise<void> {
  const shares: number[] = [];
  for (let look = 0; look < LOOKS; look++) {
    const before = await cpuSeconds(server.pid);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const share = (await cpuSeconds(server.pid) - before) / (LOOK_MS / 1_000);
    if (share < 0.1) return;
    shares.push(share);
  }
  throw new Error(`it never rests: CPU shares ${shares.join(", ")}`);
}

test("select: the line on descriptors tells people what to do", async () => {
  await using server = await Server.start(
    ["select", "--quiet", "--grace", "0"],
    { before: "ulimit -n 64" },
    "text",
  );
  const clients = await Promise.all(Array.from({ length: 80 }, () => server.connect()));
  const accepted = clients.map((client) => exchange(client, "hello").catch(() => "cut off"));
  await server.event("stderr");
  const { code, stderr } = await server.stop();
  await Promise.all(accepted);
  for (const client of clients) client.close();
  const [line, ...rest] = stderr.trimEnd().split("\n");
  assertMatch(line, /^no descriptor left for another client \(the limit is 64\).*ulimit -n$/);
  assertMatch(rest.join("\n"), /^stopping: \d+ clients may take 0.0 s/);
  assertEquals(code, 0);
}, { ignore: Deno.build.os !== "linux" });

/** One for each kind of worker, which differ in what they need. */
const NEEDY = ["select", "process", "thread", "threadpool", "prethread", "reuseport", "reactors"];

for (const { name, args } of MODELS.filter(({ args: [model] }) => NEEDY.includes(model))) {
  test(
    `${name}: a limit that is too low is a line, and the one that it names is enough`,
    async () => {
      const refused = await run(["serve", ...args], { before: "ulimit -n 28" });
      assertOneLine(
        refused,
        1,
        /needs at least \d+ descriptors, but the limit is 28: raise it with/,
      );
      const [, min] = /ulimit -n (\d+)/.exec(refused.stderr) ?? [];
      await using server = await Server.start(args, { before: `ulimit -n ${min}` });
      using conn = await server.connect();
      assertEquals(await exchange(conn, "served"), "served");
      conn.close();
      assertEquals((await server.stop()).code, 0);
    },
    { ignore: Deno.build.os !== "linux" },
  );
}

/** Whether this user may have a network of their own, in which limits can be set. */
const mayUnshare = hasSystemCalls() &&
  new Deno.Command("unshare", { args: ["-rn", "true"], stderr: "null" }).outputSync().success;

for (const sockets of ["deno", "libc"]) {
  test(
    `${sockets} sockets: a backlog that is shorter than asked for is told, and no other`,
    async () => {
      const set = "echo 16 >/proc/sys/net/core/somaxconn";
      const args = ["select", "--sockets", sockets, "--host", "0.0.0.0", "--backlog"];
      await using server = await Server.start([...args, "17"], {
        wrapper: ["unshare", "-rn", "sh", "-c", `${set} && exec "$0" "$@"`],
      });
      const { wanted, max } = await server.event("backlog-limited");
      assertEquals([wanted, max], [17, 16]);
      assertEquals((await server.stop()).code, 0);
      await using other = await Server.start([...args, "16"]);
      assertEquals((await other.stop()).code, 0);
      assertEquals(other.events("backlog-limited"), []);
    },
    { ignore: !mayUnshare },
  );
}
