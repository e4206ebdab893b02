/**
 * What a server leaves behind that does not end as it was meant to.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals, assertLess } from "../harness/assert.ts";
import { encode } from "../harness/bytes.ts";
import { exchange, writeAll } from "../harness/clients.ts";
import {
  commandLines,
  cpuSeconds,
  processesWith,
  processTree,
  untilAllEnded,
  untilNextLook,
} from "../harness/processes.ts";
import { Server } from "../harness/playground.ts";
import { test } from "../harness/test.ts";
import "../harness/sanitizers.ts";

const ignore = Deno.build.os === "windows";
/** How long those who guard processes may take to end them. Generous: it is for hanging, not speed. */
const MAX_ORPHANED_MS = 60_000;
/** Programs that never end by themselves, and do not read their client. */
const PIPELINE = "sh -c 'sleep 1000 | cat'";

/** Answers its first message, and never yields after the second. */
const HANDLER = `
  export default () => {
    let isFirst = true;
    return {
      receive(bytes) {
        while (!isFirst);
        isFirst = false;
        return bytes;
      },
    };
  };`;

/** The server and its descendants, as soon as `count` of them run `command`. */
async function treeWith(server: Server, command: string, count = 1): Promise<number[]> {
  for (let look = 0;; look++) {
    const tree = await processTree(server.pid);
    if ((await commandLines(tree)).filter((one) => one === command).length >= count) return tree;
    assertLess(look, 3_000, `${command} does not run`);
    await untilNextLook();
  }
}

/** So many clients come at once that programs are being started when the server is killed. */
const CROWD = 100;

for (const kind of ["deno", ...(hasSystemCalls() ? ["libc"] : [])]) {
  const args = ["process", "--sockets", kind, "--grace", "0", "--exec", PIPELINE];

  test(`process --exec on ${kind}: a server that is killed leaves no program`, async () => {
    await using server = await Server.start(args);
    using _one = await server.connect();
    using _two = await server.connect();
    await server.event("accepted", 2);
    const tree = await treeWith(server, "sleep 1000");
    server.signal("SIGKILL");
    await untilAllEnded(tree, MAX_ORPHANED_MS);
  }, { ignore });

  test(
    `process --exec on ${kind}: a server that is killed as clients come leaves none`,
    async () => {
      const [name, value] = ["PLAYGROUND_ORPHANS_TEST", crypto.randomUUID()];
      const options = { env: { [name]: value } };
      const exec = ["--exec", "sh -c 'exec sleep 1000'"];
      await using server = await Server.start([...args.slice(0, 5), ...exec], options);
      const clients = await Promise.all(Array.from({ length: CROWD }, () => server.connect()));
      await treeWith(server, "sleep 1000");
      server.signal("SIGKILL");
      for (const client of clients) client.close();
      const startedMs = performance.now();
      for (let left; (left = await processesWith(`${name}=${value}`)).length > 0;) {
        await untilNextLook();
        if (performance.now() - startedMs < MAX_ORPHANED_MS) continue;
        for (const pid of left) Deno.kill(pid, "SIGKILL");
        throw new Error(`${left} are left`);
      }
    },
    { ignore: Deno.build.os !== "linux" },
  );

  test(
    `process --exec on ${kind}: a terminal that is closed ends server and programs`,
    async () => {
      await using server = await Server.start(args);
      using _conn = await server.connect();
      const tree = await treeWith(server, "sleep 1000");
      server.signal("SIGHUP");
      assertEquals((await server.outcome()).code, 0);
      assertEquals(server.events("stopped").length, 1);
      await untilAllEnded(tree, MAX_ORPHANED_MS);
    },
    { ignore },
  );

  test(
    `process --exec on ${kind}: a server whose output is lost serves, and leaves nothing`,
    async () => {
      await using server = await Server.start(args);
      using _conn = await server.connect();
      await treeWith(server, "sleep 1000");
      await server.stopReading();
      // It cannot tell anybody of this one, and serves it all the same.
      using _other = await server.connect();
      const tree = await treeWith(server, "sleep 1000", 2);
      server.signal("SIGTERM");
      await untilAllEnded(tree, MAX_ORPHANED_MS);
      assertEquals((await server.outcome()).code, 0);
    },
    { ignore },
  );

  test(`process on ${kind}: a server that is killed leaves no busy child`, async () => {
    const handler = await Deno.makeTempFile({ suffix: ".js" });
    await Deno.writeTextFile(handler, HANDLER);
    try {
      await using server = await Server.start([...args.slice(0, 3), "--handler", handler]);
      using conn = await server.connect();
      assertEquals(await exchange(conn, "here"), "here");
      const before = await cpuSeconds(server.pid);
      await writeAll(conn, encode("never answered"));
      while (await cpuSeconds(server.pid) < before + 0.2) await untilNextLook(); // until it is busy with that
      const tree = await processTree(server.pid);
      server.signal("SIGKILL");
      await untilAllEnded(tree, MAX_ORPHANED_MS);
    } finally {
      await Deno.remove(handler);
    }
  }, { ignore: Deno.build.os !== "linux" });
}

test("a server that nohup starts does not end with the terminal", async () => {
  await using server = await Server.start(["select"], { before: "trap '' HUP" });
  server.signal("SIGHUP");
  const conn = await server.connect();
  await server.event("accepted");
  conn.close(); // the stop would wait for it
  assertEquals((await server.stop()).code, 0);
}, { ignore: !hasSystemCalls() });
