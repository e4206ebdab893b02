/**
 * What is left of a client that is cut off.
 *
 * @module
 */

import { assertEquals } from "../harness/assert.ts";
import { spokenInTime } from "../harness/in_time.ts";
import { Server } from "../harness/playground.ts";
import { test } from "../harness/test.ts";
import { MODELS } from "./models.ts";

const POLL_INTERVAL_MS = 50;
/** Looks until the descriptor must be free. Generous: it is for never, not for speed. */
const LOOKS = 400;

for (const { name, args } of MODELS.filter(({ name }) => /^(async|select|gevent)/.test(name))) {
  test(
    `${name}: a client that is cut off while it does not read gives back its descriptor`,
    () =>
      spokenInTime(400, async ({ connect, exchange }) => {
        await using server = await Server.start([...args, "--quiet", "--idle-timeout", "400ms"]);
        const first = await connect(server);
        assertEquals(await exchange(first, "hello"), "hello");
        first.close();
        const before = await untilSockets(server.pid, (count) => count === 1);
        assertEquals(before, 1, "there is more than the listener");
        using silent = await connect(server);
        assertEquals(await exchange(silent, "accepted"), "accepted");
        const offering = offer(silent);
        assertEquals(await untilSockets(server.pid, (count) => count === before), before);
        silent.close();
        await offering;
      }),
    { ignore: Deno.build.os !== "linux" },
  );
}

/** Writes and never reads, until it is cut off or closed. */
async function offer(conn: Deno.TcpConn): Promise<void> {
  const chunk = new Uint8Array(65_536);
  try {
    for (;;) await conn.write(chunk);
  } catch {
    // This is how it has to end.
  }
}

/** Looks how many connections and listeners the process has until `isReached`. @returns the last */
async function untilSockets(
  pid: number,
  isReached: (count: number) => boolean,
): Promise<number> {
  let count = 0;
  for (let look = 0; look < LOOKS; look++) {
    count = await tcpSockets(pid);
    if (isReached(count)) break;
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
  return count;
}

async function tcpSockets(pid: number): Promise<number> {
  const inodes = new Set<string>();
  for (const line of (await Deno.readTextFile(`/proc/${pid}/net/tcp`)).split("\n").slice(1)) {
    const inode = line.trim().split(/\s+/)[9];
    if (inode !== undefined) inodes.add(`socket:[${inode}]`);
  }
  let count = 0;
  for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
    // A descriptor may be closed while they are listed.
    const target = await Deno.readLink(`/proc/${pid}/fd/${name}`).catch(() => "");
    if (inodes.has(target)) count++;
  }
  return count;
}
