/**
 * One loop does the I/O, and threads compute: half-sync/half-async.
 *
 * The loop is that of `epoll.ts`, edge-triggered. It hands what it has received to a thread, through
 * memory that both see, and goes on. When the thread has answered, an eventfd wakes the loop, which
 * sends. So a handler that burns its CPU holds up only the clients of its thread, and the loop accepts
 * and serves the others. libuv runs the work of `fs` and `crypto` like this, and Redis the other way
 * round: its threads do the I/O. The price is two hand-overs for each message.
 *
 * A session lives in the heap of one thread, so a client is bound to the thread that had the fewest
 * when it came. Nothing swells: a thread has one chunk of a client at a time, it stops when 64 KiB of
 * answers are unsent, and while it has no room the loop leaves the bytes of its clients in the system.
 *
 * @module
 */

import type { BoundClient } from "./context/handler_threads.ts";
import type { ServerContext } from "./context/context.ts";
import { TimerQueue } from "./loop/timer_queue.ts";
import type { HandlerThread, ThreadsClient } from "./loop/handler_thread.ts";
import { EPOLLERR, EPOLLET, EPOLLIN, EPOLLOUT, WOULD_BLOCK } from "./sockets/interface.ts";
import type { Pollable } from "./sockets/interface.ts";

export async function offload(context: ServerContext): Promise<void> {
  const { listener, sockets, recvSizeBytes } = context;
  const threads = await context.startHandlerThreads("to the loop");
  const clients = new Map<Pollable, BoundClient>();
  const interests = sockets.epoll();
  interests.add(listener, EPOLLIN);
  interests.add(threads.mailbox, EPOLLIN | EPOLLET); // an eventfd: a thread has answered

  while (sockets.serving) {
    for (const { target, events } of await interests.wait(Infinity)) {
      if (target === listener) acceptClient();
      else if (target === threads.mailbox) {
        for (const client of threads.answered()) attend(client);
      } else attend(clients.get(target), (events & EPOLLERR) !== 0);
    }
  }
  threads.finish(); // the last sessions hear that their clients have left

  function acceptClient(): void {
    const connection = listener.tryAccept();
    if (connection === null) return;
    clients.set(connection, threads.bind(connection));
    interests.add(connection, EPOLLIN | EPOLLOUT | EPOLLET);
  }

  /** Takes one step with a client whose socket is ready, or whose thread has answered. */
  function attend(client: BoundClient | undefined, isBroken = false): void {
    if (client === undefined) return; // it left earlier in this turn
    let failure: unknown;
    try {
      if (isBroken ? drain(client) : step(client)) return;
    } catch (error) {
      context.clientFailed(client.connection, failure = error);
    }
    clients.delete(client.connection);
    client.connection.close();
    client.leave(failure);
  }

  /** @returns whether the client stays */
  function step(client: BoundClient): boolean {
    client.flush();
    // One that does not read its answers is not received from, nor is one whose thread has no room.
    if (client.hasUnsent || client.isHandled) return true;
    if (client.isOver) return false;
    return !client.hasRoom() || receive(client);
  }

  function receive(client: BoundClient): boolean {
    const chunk = client.connection.tryRecv(recvSizeBytes);
    if (chunk === WOULD_BLOCK) return true;
    if (chunk.length === 0) return client.finish();
    client.handOver(chunk);
    return true;
  }

  /** Of a client that is gone, nothing is answered. @throws the error of its socket */
  function drain({ connection }: BoundClient): boolean {
    for (let chunk; (chunk = connection.tryRecv(recvSizeBytes)) !== WOULD_BLOCK;) {
      if (chunk.length === 0) return false;
    }
    return true;
  }
}

/** What each thread does: a loop, too, that waits for chunks instead of sockets. */
export async function handlerThread(self: HandlerThread): Promise<void> {
  const timers = new TimerQueue<ThreadsClient>(self);
  for (;;) {
    for (const { client, kind, chunk } of await self.wait(timers.untilNextMs())) {
      if (kind === "chunk") advance(client, () => client.serve(chunk));
      else if (kind === "begun") timers.watch(client); // it may have something to say unasked
      else advance(client, () => kind === "ended" ? client.end() : client.resume());
    }
    for (const client of timers.due()) {
      if (client.state !== "closed") advance(client, () => client.resume());
    }
  }

  function advance(client: ThreadsClient, step: () => ThreadsClient["state"]): void {
    self.advance(client, step); // tells the loop what the client waits for
    if (client.state === "timer") timers.add(client);
  }
}
