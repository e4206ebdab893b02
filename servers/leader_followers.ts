/**
 * Leader and followers: threads take turns at one epoll(7). The pattern is that of Pattern-Oriented
 * Software Architecture, volume 2.
 *
 * One thread leads: it alone waits for all clients. When one of them is ready, the leader names one of
 * those that follow as the next leader, and serves the client itself. So a client's bytes are received
 * by the thread that has seen that they are there: no queue, and no other thread to wake for them.
 *
 * EPOLLONESHOT gives a client to the thread that got its event, and to no other, until that thread has
 * served it and asks for the next event. So no lock is needed around a client.
 *
 * A session is an object of one thread. Where the handler keeps something in it, a client is bound to the
 * thread that accepted it, and the leader hands its events to that thread. The book calls that bound
 * handles, and it costs what the pattern otherwise saves.
 *
 * @module
 */

import type { ServerContext } from "./context/context.ts";
import { LEADS } from "./context/workers.ts";
import { repliesTo } from "./handlers/session.ts";
import { type Connection, type Listener, WOULD_BLOCK } from "./sockets/interface.ts";

export async function leaderFollowers(context: ServerContext): Promise<void> {
  const { options: { workers: count } } = context;
  const threads = await context.startWorkers({ count, listener: "led" });
  await threads.ended();
}

/** What each thread does. */
export async function leaderFollowersWorker(context: ServerContext): Promise<void> {
  const { listener } = context;
  const handles = context.ledHandles();
  const sleep = (ms: number) => context.sleepThread(ms);

  for (;;) {
    const turn = await handles.follow();
    const handle = turn === LEADS ? await lead() : turn;
    if (handle === null) return;
    await handles.served(handle.kind === "connection" ? serve(handle) : acceptClient());
  }

  /** Waits for all clients, and has another thread lead while this one serves. */
  async function lead(): Promise<Connection | Listener | null> {
    const handle = await handles.wait();
    handles.promote();
    return handle;
  }

  async function acceptClient(): Promise<void> {
    const connection = listener.tryAccept();
    const isGreeted = connection !== null && handles.add(connection);
    handles.rearm(listener);
    if (isGreeted) await serve(connection);
  }

  /** Serves what has come from a client, and gives the client back. */
  async function serve(client: Connection): Promise<void> {
    try {
      if (await answer(client) === "closed") client.close();
    } catch (error) {
      context.clientFailed(client, error);
      client.close();
    }
    handles.rearm(client);
  }

  /** A thread may block, so it sends all that it has to send. */
  async function answer(client: Connection): Promise<"open" | "closed"> {
    const chunk = client.tryRecv(context.recvSizeBytes);
    const replies = repliesTo(handles.session(client), chunk);
    for (let reply; (reply = replies.next()) !== undefined;) {
      if (reply.waitMs > 0) await (reply.until ?? sleep(reply.waitMs));
      if (reply.bytes.length > 0) await client.send(reply.bytes);
      if (reply.close) return "closed";
    }
    return chunk !== WOULD_BLOCK && chunk.length === 0 ? "closed" : "open";
  }
}
