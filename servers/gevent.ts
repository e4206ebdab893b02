/**
 * One greenlet per client, switched by a hub: what gevent is to Python.
 *
 * The code of a client is that of the blocking server, word for word, with `yield*` before each call
 * that can wait. Such a call switches to the hub, which waits for all sockets in one call, epoll(7) on
 * the system's own sockets, and switches to the greenlets that can go on. A greenlet that computes does
 * not wait, so no other goes on meanwhile; the hub names it.
 *
 * @module
 */

import {
  type Coroutine,
  GeventListener,
  type GeventSocket,
  Hub,
  sleep,
  SocketLoop,
  spawn,
  wait,
} from "./coroutines/gevent/mod.ts";
import { heldUpNotices } from "./context/held_up_notices.ts";
import type { ServerContext } from "./context/context.ts";
import { repliesTo, type Session } from "./handlers/session.ts";
import { WOULD_BLOCK } from "./sockets/interface.ts";

/**
 * Serves until the server stops.
 *
 * @throws what fails outside of a client, which ends the server
 */
export async function gevent(context: ServerContext): Promise<void> {
  const { recvSizeBytes } = context;
  const loop = new SocketLoop(context.sockets);
  const hub = new Hub(loop, {
    failed(_greenlet, error) {
      throw error; // a client's error ends in its own greenlet, so this is a bug of the server
    },
    held: heldUpNotices(context),
  });
  hub.spawn(acceptClients);
  while (context.sockets.serving) await hub.turn();

  function* acceptClients(): Coroutine {
    const listener = new GeventListener(loop, context.listener);
    for (;;) spawn(serve, yield* listener.accept());
  }

  function* serve(client: GeventSocket): Coroutine {
    try {
      yield* serveClient(client, context.newSession(client.connection));
    } catch (error) {
      context.clientFailed(client.connection, error);
    } finally {
      client.close();
    }
  }

  function* serveClient(client: GeventSocket, session: Session): Coroutine {
    const { outbox } = session;
    for (let isOpen = true; isOpen;) {
      const chunk = outbox === undefined
        ? yield* client.recv(recvSizeBytes)
        : yield* client.recvUnless(recvSizeBytes, outbox); // there is something to say unasked
      isOpen = chunk === WOULD_BLOCK || chunk.length > 0;
      const replies = repliesTo(session, chunk);
      for (let reply; (reply = replies.next()) !== undefined;) {
        // While this greenlet waits, others receive into the same memory.
        const bytes = reply.waitMs > 0 ? reply.bytes.slice() : reply.bytes;
        if (reply.until !== undefined) yield* wait(reply.until);
        else if (reply.waitMs > 0) yield* sleep(reply.waitMs);
        yield* client.send(bytes);
        if (reply.close) return;
      }
    }
  }
}
