/**
 * The states of clients of real servers, as the frames of a recording say them.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { type Frame, type State, STATES } from "../../servers/watch/frames.ts";
import { assert, assertEquals } from "../harness/assert.ts";
import { closeOnce } from "../harness/clients.ts";
import { Recorded } from "../harness/recorded.ts";
import { test } from "../harness/test.ts";

const MESSAGE = new Uint8Array(64).fill(0x61);

/** The state in which the first client is at the end of the frames. */
function lastState(frames: readonly Frame[]): State | undefined {
  const changes = frames.flatMap(({ changes }) => changes).filter(([, client]) => client === 1);
  const state = changes.at(-1)?.[2];
  return state === undefined ? undefined : STATES[state];
}

// Deno's own sockets take what is sent, and do not say that the system has no room for it.
for (const model of ["select", "select-queue", "poll", "epoll", "uring"]) {
  test(`${model} on libc: a client that does not read is seen not to`, async () => {
    await using recorded = await Recorded.start([model, "--sockets", "libc"]);
    const client = await recorded.server.connect();
    // Many small messages: the socket is full between two of them, so no send is cut short.
    const writing = writeWithoutEnd(client);
    await recorded.until((frames) => lastState(frames) === "blocked");
    closeOnce(client);
    assert(await writing > 0);
    await recorded.until((frames) => lastState(frames) === "closed");
    assertEquals((await recorded.server.stop()).code, 0);
  }, { ignore: !hasSystemCalls() });
}

/** @returns how many messages were sent until the connection was closed */
async function writeWithoutEnd(client: Deno.TcpConn): Promise<number> {
  for (let count = 0;; count++) {
    try {
      await client.write(MESSAGE);
    } catch (error) {
      if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) {
        return count;
      }
      throw error;
    }
  }
}
