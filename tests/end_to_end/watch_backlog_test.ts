/**
 * The backlog in a view, and a view without descriptors.
 *
 * @module
 */

// @ts-types="../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import { settlesWithin } from "../../cli/settles_within.ts";
import { RemoteRun } from "../../clients/watch/remote_run.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals, assertStringIncludes } from "../harness/assert.ts";
import { Server } from "../harness/playground.ts";
import { test } from "../harness/test.ts";
import { exchange } from "../harness/clients.ts";
import { addressOf, toListener } from "../harness/watching.ts";

const CLIENTS = 100;
/** More than are accepted at a time, so that one of them cannot be. */
const VIEWERS = 30;
const RETRY_MS = 100;

for (const sockets of ["deno", "libc"]) {
  test(`without a descriptor left, a server on ${sockets} is watched, and goes on`, async () => {
    const args = ["select", "--sockets", sockets, "--quiet", "--watch", "0"];
    await using server = await Server.start(args, { before: "ulimit -n 80" });
    const ended = server.outcome();
    const [followed, waiting] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const leave = new RemoteRun(await addressOf(server)).subscribe(({ totals, backlog }) => {
      followed.resolve();
      if (totals.accepted > 0 && (backlog ?? 0) > 0) waiting.resolve();
    });
    await followed.promise;
    await using clients = new AsyncDisposableStack();
    for (let i = 0; i < CLIENTS; i++) {
      const client = await server.connect();
      clients.defer(() => client.close());
    }
    assertEquals(await Promise.race([waiting.promise.then(() => "goes on"), ended]), "goes on");
    leave();
    server.signal("SIGKILL");
    await ended;
  }, { ignore: !hasSystemCalls() });
}

test("a page that finds no descriptor does not end the server, and comes later", async () => {
  const args = ["select", "--sockets", "libc", "--quiet", "--watch", "0"];
  await using server = await Server.start(args, { before: "ulimit -n 80" });
  const ended = server.outcome();
  const address = await addressOf(server);
  {
    await using clients = new AsyncDisposableStack();
    for (let i = 0; i < CLIENTS; i++) clients.adopt(await server.connect(), (one) => one.close());
    for (let i = 0; i < VIEWERS; i++) {
      // Once one of them could not be accepted, the next ones are refused for a while.
      const viewer = await Deno.connect(toListener(address)).catch(() => undefined);
      clients.defer(() => viewer?.close());
    }
    assertEquals(await settlesWithin(ended, RETRY_MS), false);
  }
  assertStringIncludes(await readView(address), "recording");
  using client = await server.connect();
  assertEquals(await exchange(client, "still here"), "still here");
  assertEquals((await server.stop()).stderr, "");
}, { ignore: !hasSystemCalls() });

/** What a page asks for first, as soon as it can be had. */
async function readView(address: string): Promise<string> {
  for (;;) {
    try {
      return await (await fetch(new URL("/view", address))).text();
    } catch {
      await delay(RETRY_MS);
    }
  }
}
