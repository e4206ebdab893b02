/**
 * A loop on each processor, each with a listener of its own on the same port: `listen … reuseport` of
 * nginx, and the way of Envoy and of many servers of the domain name system.
 *
 * With SO_REUSEPORT several sockets may be bound to one address, socket(7). The system hashes the
 * addresses and ports of a connection, and that decides whose backlog it goes to. So no loop wakes up
 * for a client that another one takes, and they share nothing: neither lock nor queue.
 *
 * The hash knows nothing of who is busy. While a loop computes, the clients in its backlog wait, even if
 * all others have nothing to do. And when a loop fails, its listener closes: the clients in its backlog are reset.
 *
 * @module
 */

import type { ServerContext } from "./context/context.ts";
import { epoll } from "./epoll.ts";

export async function reuseport(context: ServerContext): Promise<void> {
  const { options: { workers: count } } = context;
  const workers = await context.startWorkers({ count, listener: "own" });
  await workers.ended();
}

/** What each worker does: the loop of epoll, on its own listener. */
export async function reuseportWorker(context: ServerContext): Promise<void> {
  await epoll(context);
}
