/**
 * One coroutine per client, resumed in turn: coroutines by `yield`.
 *
 * The task of a client reads like the blocking server: receive, reply, again. Where that one would
 * wait, this one yields, and tries again in its next turn. So one thread serves all clients, and a
 * switch costs next to nothing. But the scheduler does not know which task can go on: it resumes all
 * of them, again and again, as the non-blocking loop does. `--pause 10` lets it rest.
 *
 * @module
 */

import { Scheduler, type Task } from "./coroutines/scheduler.ts";
import type { ServerContext } from "./context/context.ts";
import { repliesTo, type Reply, type Session } from "./handlers/session.ts";
import { type Connection, WOULD_BLOCK } from "./sockets/interface.ts";
import { sendSome } from "./loop/clients.ts";

/**
 * Serves until the server stops.
 *
 * @throws what fails outside of a client, which ends the server
 */
export async function coroutine(context: ServerContext): Promise<void> {
  const { listener, sockets, recvSizeBytes } = context;
  const scheduler = new Scheduler((error) => {
    throw error; // a client's error ends in its own task, so this is a bug of the server
  });
  scheduler.spawn(acceptClients());

  while (sockets.serving) {
    scheduler.turn();
    await sockets.pause(context.options.pauseMs);
  }

  function* acceptClients(): Task {
    for (;;) {
      const connection = listener.tryAccept();
      if (connection === null) yield;
      else scheduler.spawn(serve(connection));
    }
  }

  function* serve(connection: Connection): Task {
    try {
      yield* serveClient(connection, context.newSession(connection));
    } catch (error) {
      context.clientFailed(connection, error);
    } finally {
      connection.close();
    }
  }

  function* serveClient(connection: Connection, session: Session): Task {
    for (let isOpen = true; isOpen;) {
      let chunk;
      while ((chunk = connection.tryRecv(recvSizeBytes)) === WOULD_BLOCK) {
        if (session.outbox?.isWaiting) break; // there is something to say unasked
        yield;
      }
      isOpen = chunk === WOULD_BLOCK || chunk.length > 0;
      const replies = repliesTo(session, chunk);
      for (let reply; (reply = replies.next()) !== undefined;) {
        // While this task waits, others receive into the same memory.
        const bytes = reply.waitMs > 0 ? reply.bytes.slice() : reply.bytes;
        if (reply.waitMs > 0) yield* sleep(reply);
        yield* send(connection, bytes);
        if (reply.close) return;
      }
    }
  }
}

function* sleep({ waitMs, until }: Reply): Task {
  let dueMs = performance.now() + waitMs;
  until?.then(() => dueMs = 0);
  while (performance.now() < dueMs) yield;
}

function* send(connection: Connection, bytes: Uint8Array): Task {
  let unsent = sendSome(connection, bytes);
  if (unsent.length === 0) return;
  // `bytes` may be a borrowed view of memory that others receive into meanwhile: copy the rest.
  for (unsent = unsent.slice(); unsent.length > 0; unsent = sendSome(connection, unsent)) {
    yield;
  }
}
