/**
 * Who is silent, and who waits for an answer: `--idle-timeout`.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { assertEquals } from "../harness/assert.ts";
import { decode, encode } from "../harness/bytes.ts";
import { readExactly, readToEnd, writeAll } from "../harness/clients.ts";
import { spokenInTime } from "../harness/in_time.ts";
import { Server } from "../harness/playground.ts";
import { processTree } from "../harness/processes.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { test, testTogether } from "../harness/test.ts";
import { MODELS } from "./models.ts";

const isWindows = Deno.build.os === "windows";
const isLinux = hasSystemCalls();

testTogether(MODELS.map(({ name, args }) => ({
  name: `${name}: a client that waits for its answer is not silent, and is when it has it`,
  fn: () =>
    spokenInTime(250, async ({ connect, exchange }) => {
      const flags = ["--idle-timeout", "250ms", "--sleep", "600"];
      await using server = await Server.start([...args, ...flags]);
      using conn = await connect(server);
      // Before a thread or process of its own has begun.
      assertEquals(await exchange(conn, "one"), "one");
      assertEquals((await readToEnd(conn)).length, 0);
      const { peer } = await server.event("dismissed");
      conn.close();
      await server.event("closed");
      const events = ["dismissed", "reset", "cutOff"].map((event) => server.events(event).length);
      assertEquals([peer, events], [server.events("accepted")[0].peer, [1, 0, 0]]);
    }),
})));

testTogether(
  MODELS.filter(({ isSerial }) => !isSerial).map(({ name, args }) => ({
    name:
      `${name}: a client that takes nothing is cut off, with a reset, and not counted as its own`,
    fn: async () => {
      // Long enough for a busy machine to write in, since who says nothing is let go, and not cut off.
      const flags = ["--idle-timeout", "1s", "--handler", "bytes", "--recv-size", "65536"];
      await using server = await Server.start([...args, ...flags]);
      using conn = await server.connect();
      await writeAll(conn, encode("16384\n".repeat(3_000))); // more than the system holds
      await server.event("cutOff");
      const { stdout } = await server.stop();
      assertEquals([server.events("reset").length, /"resets":0/.test(stdout)], [0, true]);
      // What the system holds of the answer may come, but not an end of it that would look like one.
      assertEquals(await readToEnd(conn).then(() => "end", () => "reset"), "reset");
    },
  })),
  { ignore: isWindows },
);

test("select: a client that has spoken while the loop computed for another is not silent", async () => {
  const flags = ["--idle-timeout", "200ms", "--cpu", "900", "--quiet"];
  for (const sockets of ["deno", ...(isLinux ? ["libc"] : [])]) {
    await spokenInTime(200, async ({ connect, say }) => {
      await using server = await Server.start(["select", "--sockets", sockets, ...flags]);
      using one = await connect(server);
      using other = await server.connect(); // in the time of the first
      await Promise.all([say(one, "one"), say(other, "other")]);
      assertEquals(decode(await readExactly(one, 3)), "one");
      assertEquals(decode(await readExactly(other, 5)), "other");
    });
  }
});

testTogether(
  ["deno", ...(isLinux ? ["libc"] : [])].map((sockets) => ({
    name:
      `process on ${sockets}: a client that spoke while its child was kept waiting is not silent`,
    fn: () =>
      spokenInTime(1_000, async ({ connect, say, exchange, mark }) => {
        const args = ["process", "--sockets", sockets, "--idle-timeout", "1s"];
        await using server = await Server.start(args);
        using conn = await connect(server);
        assertEquals(await exchange(conn, "one"), "one");
        const child = (await processTree(server.pid)).at(-1) ?? NaN; // the only one without a child
        assertEquals(await exchange(conn, "two"), "two");
        Deno.kill(child, "SIGSTOP");
        mark();
        await delay(200);
        await say(conn, "three");
        await delay(1_000); // longer than the timeout
        Deno.kill(child, "SIGCONT");
        assertEquals(decode(await readExactly(conn, 5)), "three");
      }),
  })),
  { ignore: isWindows },
);

for (const sockets of ["deno", ...(isLinux ? ["libc"] : [])]) {
  test(`select on ${sockets}: with --idle-timeout 0 no client is ever too silent`, async () => {
    const args = ["select", "--sockets", sockets, "--quiet", "--idle-timeout"];
    await using patient = await Server.start([...args, "0"]);
    await using impatient = await Server.start([...args, "200ms"]);
    using kept = await patient.connect();
    using ended = await impatient.connect();
    assertEquals((await readToEnd(ended)).length, 0); // as long as it takes for the other server
    await writeAll(kept, encode("still here"));
    assertEquals(decode(await readExactly(kept, 10)), "still here");
  });
}
