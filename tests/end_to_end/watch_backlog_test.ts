/**
 * What a view knows of those who wait to be accepted.
 *
 * @module
 */

import { RemoteRun } from "../../clients/watch/remote_run.ts";
import { hasSystemCalls } from "../../servers/sockets/system_calls.ts";
import { assertEquals } from "../harness/assert.ts";
import { Server } from "../harness/playground.ts";
import { test } from "../harness/test.ts";
import { addressOf } from "../harness/watching.ts";

const CLIENTS = 100;

for (const sockets of ["deno", "libc"]) {
  test(`without a descriptor left, a server on ${sockets} is watched, and goes on`, async () => {
    const args = ["select", "--sockets", sockets, "--quiet", "--watch", "0"];
    await using server = await Server.start(args, { before: "ulimit -n 80" });
    const ended = server.outcome();
    const [told, waiting] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const leave = new RemoteRun(await addressOf(server)).subscribe(({ totals, backlog }) => {
      told.resolve();
      if (totals.accepted > 0 && (backlog ?? 0) > 0) waiting.resolve();
    });
    await told.promise;
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
