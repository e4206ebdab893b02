/**
 * One greenlet per client, with the switching written out by hand.
 *
 * A client's greenlet reads like the blocking server. Where that one would wait, this one switches to
 * the main greenlet, which waits for all sockets in one call and switches to the greenlets whose
 * socket is ready. So no greenlet is resumed in vain, as by a scheduler that only takes turns. But each
 * place that could wait needs its switch: forget one, and it holds up all clients.
 *
 * @module
 */

import { getcurrent, Greenlet } from "./coroutines/greenlet.ts";
import type { ServerContext } from "./context/context.ts";
import { sendSome } from "./loop/clients.ts";
import { TimerQueue } from "./loop/timer_queue.ts";
import { repliesTo, type Reply, type Session } from "./handlers/session.ts";
import { type Connection, EPOLLET, EPOLLIN, EPOLLOUT, WOULD_BLOCK } from "./sockets/interface.ts";
import type { Pollable } from "./sockets/interface.ts";

/** What a greenlet runs: it yields what `switch` returns. */
type Switching = Generator<unknown, void, unknown>;

/** A greenlet to switch to at a time, or when a promise has resolved. */
interface Due {
  readonly greenlet: Greenlet;
  dueMs: number;
  readonly until?: Promise<void>;
}

/**
 * Serves until the server stops.
 *
 * @throws what fails outside of a client, which ends the server
 */
export async function greenlet(context: ServerContext): Promise<void> {
  const { listener, sockets, recvSizeBytes } = context;
  const main = getcurrent();
  const clients = new Map<Pollable, Greenlet>();
  const timers = new TimerQueue<Due>(sockets);
  const interests = sockets.epoll();
  interests.add(listener, EPOLLIN);

  while (sockets.serving) {
    for (const { target } of await interests.wait(timers.untilNextMs())) {
      if (target === listener) acceptClient();
      else clients.get(target)?.switch();
    }
    for (const { greenlet } of timers.due()) greenlet.switch();
  }

  function acceptClient(): void {
    const connection = listener.tryAccept();
    if (connection === null) return;
    const greenlet = new Greenlet(() => serve(connection)); // its parent is the main greenlet
    clients.set(connection, greenlet);
    // The greenlet then tries again what it was doing, whether the socket is readable or writable.
    interests.add(connection, EPOLLIN | EPOLLOUT | EPOLLET);
    greenlet.switch();
  }

  function* serve(connection: Connection): Switching {
    try {
      yield* serveClient(connection, context.newSession(connection));
    } catch (error) {
      context.clientFailed(connection, error);
    } finally {
      clients.delete(connection);
      connection.close();
    }
  }

  function* serveClient(connection: Connection, session: Session): Switching {
    const due = { dueMs: 0, greenlet: getcurrent() };
    if (session.outbox !== undefined) session.outbox.onWaiting = () => timers.goOnSoon(due);
    for (let isOpen = true; isOpen;) {
      let chunk;
      while ((chunk = connection.tryRecv(recvSizeBytes)) === WOULD_BLOCK) {
        if (session.outbox?.isWaiting) break; // there is something to say unasked
        yield main.switch();
      }
      isOpen = chunk === WOULD_BLOCK || chunk.length > 0;
      const replies = repliesTo(session, chunk);
      for (let reply; (reply = replies.next()) !== undefined;) {
        // While this greenlet waits, others receive into the same memory.
        const bytes = reply.waitMs > 0 ? reply.bytes.slice() : reply.bytes;
        if (reply.waitMs > 0) yield* sleep(reply);
        yield* send(connection, bytes);
        if (reply.close) return;
      }
    }
  }

  function* sleep({ waitMs, until }: Reply): Switching {
    const due = { dueMs: performance.now() + waitMs, until, greenlet: getcurrent() };
    timers.add(due);
    while (performance.now() < due.dueMs) yield main.switch();
  }

  function* send(connection: Connection, bytes: Uint8Array): Switching {
    let unsent = sendSome(connection, bytes);
    if (unsent.length === 0) return;
    // `bytes` may be a borrowed view of memory that others receive into meanwhile: copy the rest.
    for (unsent = unsent.slice(); unsent.length > 0; unsent = sendSome(connection, unsent)) {
      yield main.switch();
    }
  }
}
