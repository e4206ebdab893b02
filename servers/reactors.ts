/**
 * One thread accepts, and hands each connection to one of several loops, which has it from then on:
 * memcached, Netty with its boss and worker groups, and HAProxy.
 *
 * Who accepts also decides who serves, and can do better than chance: in turn (`--hand round-robin`), or
 * to the loop that has the fewest clients (`--hand least-busy`). It costs a queue in memory that both
 * threads see, and a wake-up: the loop watches an eventfd(2), as if it were a listener, and finds
 * connections in the queue when that is readable.
 *
 * @module
 */

import type { ServerContext } from "./context/context.ts";
import type { HandedTo } from "./context/workers.ts";
import { epoll } from "./epoll.ts";

export async function reactors(context: ServerContext): Promise<void> {
  const { listener, options: { workers: count, hand } } = context;
  const loops = await context.startWorkers({ count, listener: "handed" });
  let turn = 0;

  for (let connection; (connection = await listener.accept()) !== null;) {
    const loop = hand === "least-busy"
      ? leastBusy(loops.all)
      : loops.all[turn++ % loops.all.length];
    loop.hand(connection);
  }
  await loops.ended();
}

/** The loop that has the fewest clients. */
function leastBusy(loops: readonly HandedTo[]): HandedTo {
  return loops.reduce((least, loop) => loop.clients < least.clients ? loop : least);
}

/** What each loop does: that of epoll, whose listener is the queue. */
export async function reactorsWorker(context: ServerContext): Promise<void> {
  await epoll(context);
}
