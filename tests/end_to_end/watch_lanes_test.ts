/**
 * The lanes of clients that connect one after another. A lane is a thread or a process.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import type { Frame } from "../../servers/watch/frames.ts";
import { assertEquals, assertLessOrEqual } from "../harness/assert.ts";
import { exchange, readToEnd } from "../harness/clients.ts";
import { Server } from "../harness/playground.ts";
import { test } from "../harness/test.ts";

const CLIENTS = 6;
const POLL_INTERVAL_MS = 10;
const KINDS = hasSystemCalls() ? ["deno", "libc"] : ["deno"];

for (const sockets of KINDS) {
  const each = [["process"], ["process", "--spare", "2"], ["thread", "--keep", "0"]];
  for (const args of each) {
    if (sockets === "libc" && args[0] === "process" && args.includes("--spare")) continue;
    test(`${args.join(" ")} on ${sockets} has a lane for each of six clients in turn`, async () => {
      assertEquals(await lanesOf([...args, "--sockets", sockets]), [1, 2, 3, 4, 5, 6]);
    });
  }

  for (const args of [["thread"], ["thread", "--spare", "2"]]) {
    test(`${args.join(" ")} on ${sockets}: a kept thread keeps its lane`, async () => {
      // A client may be accepted while the thread of the one before it has yet to become free.
      assertLessOrEqual(Math.max(...await lanesOf([...args, "--sockets", sockets])), 4);
    });
  }

  test(`threadpool on ${sockets} has a lane for each thread, whichever client it serves`, async () => {
    const lanes = await lanesOf(["threadpool", "--threads", "2", "--sockets", sockets]);
    assertLessOrEqual(Math.max(...lanes), 2);
  });

  test(`offload on ${sockets} has a lane for each thread that runs the handler`, async () => {
    assertEquals(await lanesOf(["offload", "--workers", "2", "--sockets", sockets]), [1, 2]);
  });
}

for (
  const [model, sockets] of [["prethread", "libc"], ["reuseport", "libc"], ["reuseport", "deno"], [
    "leader-followers",
    "libc",
  ]]
) {
  if (!KINDS.includes(sockets)) continue;
  test(`${model} on ${sockets} has a lane for each worker, whichever client it serves`, async () => {
    const lanes = await lanesOf([model, "--workers", "2", "--sockets", sockets]);
    assertLessOrEqual(Math.max(...lanes), 2);
  });
}

test("reactors on libc hands clients to its lanes in turn", async () => {
  assertEquals(await lanesOf(["reactors", "--workers", "3"]), [1, 2, 3]);
}, { ignore: !hasSystemCalls() });

/** The lanes of clients that connect one after another. */
async function lanesOf(args: readonly string[]): Promise<number[]> {
  const file = await Deno.makeTempFile({ suffix: ".jsonl" });
  try {
    await using server = await Server.start([...args, "--record", file]);
    // The first frame lists present clients, not those that came and went before it.
    while ((await Deno.readTextFile(file)).split("\n").length < 3) await delay(POLL_INTERVAL_MS);
    for (let count = 0; count < CLIENTS; count++) {
      const client = await server.connect();
      assertEquals(await exchange(client, "hello"), "hello");
      await client.closeWrite();
      await readToEnd(client);
      client.close();
    }
    assertEquals((await server.stop()).code, 0);
    const [, ...lines] = (await Deno.readTextFile(file)).trimEnd().split("\n");
    const frames = lines.map((line): Frame => JSON.parse(line));
    const lanes = frames.flatMap(({ changes }) => changes.map(([, , , lane]) => lane));
    return [...new Set(lanes.filter((lane) => lane > 0))].sort((one, other) => one - other);
  } finally {
    await Deno.remove(file);
  }
}
