/**
 * Stages with a bounded queue between them, and threads of their own: SEDA.
 *
 * This thread receives. Messages wait in a queue for the threads that handle them, and what those have
 * answered waits in another one for the thread that sends. So each stage goes at its own speed, and
 * the queue before the slowest shows where the time goes. It is `offload.ts`, whose loop also sends,
 * and which lets clients wait without end.
 *
 * Here at most `--queue` messages wait for the handler. A client with one more is refused: `http`
 * answers 503, and any other connection is reset, because an end of stream would look like an answer.
 * Whoever is admitted waits no longer than the queue is long, also while twice as many ask as can be
 * served. Between the handler and the sender nobody is refused, since the work is done by then: when
 * that queue is full, the handler waits, and the first queue fills.
 *
 * @module
 */

import type { BoundClient, Sender } from "./context/handler_threads.ts";
import type { ServerContext } from "./context/context.ts";
import { EPOLLET, EPOLLIN, type Pollable, WOULD_BLOCK } from "./sockets/interface.ts";

/** The first stage. The threads of the second do what `handlerThread()` of `offload.ts` does. */
export async function pipeline(context: ServerContext): Promise<void> {
  const { listener, sockets, recvSizeBytes, options } = context;
  const threads = await context.startHandlerThreads("to a sender");
  const clients = new Map<Pollable, BoundClient>();
  const interests = sockets.epoll();
  interests.add(listener, EPOLLIN);
  interests.add(threads.mailbox, EPOLLIN | EPOLLET); // an eventfd: the sender has sent

  while (sockets.serving) {
    for (const { target } of await interests.wait(Infinity)) {
      if (target === listener) acceptClient();
      else if (target === threads.mailbox) {
        for (const client of threads.answered()) attend(client);
      } else attend(clients.get(target));
    }
  }
  threads.finish(); // the last sessions hear that their clients have left

  function acceptClient(): void {
    const connection = listener.tryAccept();
    if (connection === null) return;
    clients.set(connection, threads.bind(connection));
    interests.add(connection, EPOLLIN | EPOLLET);
  }

  /** Takes one step with a client whose socket is ready, or whose answers are sent. */
  function attend(client: BoundClient | undefined): void {
    if (client === undefined) return; // it left earlier in this turn
    if (client.isGone) return client.connection.close(); // it left while its message was under way
    if (!clients.has(client.connection)) return; // it is leaving
    let failure: unknown;
    try {
      if (step(client)) return;
    } catch (error) {
      context.clientFailed(client.connection, failure = error);
    }
    clients.delete(client.connection);
    client.leave(failure);
    // Otherwise its message goes through all stages first: the last may be sending to it.
    if (client.isGone) client.connection.close();
  }

  /** @returns whether the client stays */
  function step(client: BoundClient): boolean {
    client.flush();
    if (client.isHandled) return true;
    return !client.isOver && receive(client);
  }

  function receive(client: BoundClient): boolean {
    const chunk = client.connection.tryRecv(recvSizeBytes);
    if (chunk === WOULD_BLOCK) return true;
    if (chunk.length === 0) return client.finish();
    const isFull = threads.queued >= options.queue;
    if (isFull) context.refuse(client.connection);
    else client.handOver(chunk);
    return !isFull;
  }
}

/** What the thread of the last stage does. A client that does not read holds up nobody else. */
export function sendStage(self: Sender): void {
  for (;;) {
    for (const client of self.wait()) {
      try {
        client.flush();
        if (client.hasUnsent) self.watch(client); // until its socket takes more
        else self.passOn(client); // to the first stage: the next message can come
      } catch (error) {
        self.failed(client, error);
      }
    }
  }
}
