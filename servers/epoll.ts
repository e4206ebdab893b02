/**
 * The event loop of epoll(7): the system keeps the interest list, and a wait costs as much as there
 * are ready sockets, however many are idle.
 *
 * Level-triggered, a socket is reported as long as it is ready, so one `recv` per report is enough.
 * Edge-triggered, it is reported once when it becomes ready: a loop that stops before the socket would
 * block leaves bytes behind and hears nothing more of them. So the loop drains the socket.
 *
 * @module
 */

import { type Client, Clients } from "./loop/clients.ts";
import type { ClientState } from "./loop/client_state.ts";
import type { ServerContext } from "./context/context.ts";
import { EPOLLET, EPOLLIN, EPOLLOUT, WOULD_BLOCK } from "./sockets/interface.ts";

/** @param listenerEvents what the listener is watched for */
export async function epoll(context: ServerContext, listenerEvents = EPOLLIN): Promise<void> {
  const { listener, sockets } = context;
  const isEdgeTriggered = context.options.trigger === "edge";
  const clients = new Clients(context);
  const interests = sockets.epoll();
  interests.add(listener, listenerEvents);

  while (sockets.serving) {
    for (const { target } of await interests.wait(clients.untilNextMs())) {
      if (target === listener) acceptClient();
      else attend(clients.of(target));
    }
    for (const client of clients.due()) advance(client);
  }

  function acceptClient(): void {
    const connection = clients.accept();
    // Edge-triggered, both directions are watched once and for all: an edge costs nothing until it
    // comes. Level-triggered, a writable socket would be reported at every wait.
    const events = isEdgeTriggered ? EPOLLIN | EPOLLOUT | EPOLLET : EPOLLIN;
    if (connection !== null) interests.add(connection, events);
  }

  /** Serves a client that is ready, unless it left or fell asleep earlier in this turn. */
  function attend(client: Client | undefined): void {
    if (client !== undefined && client.state !== "timer") advance(client);
  }

  /** Takes one step with a client, and watches it for what it waits for then. */
  function advance(client: Client): void {
    const before = client.state;
    clients.advance(client, step);
    if (client.state !== before) watch(client, before);
  }

  function step(client: Client): ClientState {
    if (client.state === "wantRead") return receive(client);
    const state = client.resume();
    // Edge-triggered, more may have come while it was not received from, and was reported then.
    return isEdgeTriggered && state === "wantRead" ? receive(client) : state;
  }

  function receive(client: Client): ClientState {
    for (;;) {
      const chunk = client.connection.tryRecv(context.recvSizeBytes);
      if (chunk === WOULD_BLOCK) return "wantRead"; // drained: the next bytes will be an edge
      if (chunk.length === 0) return client.end();
      const state = client.serve(chunk);
      if (state !== "wantRead" || !isEdgeTriggered) return state;
    }
  }

  /** Level-triggered: asks for what a client waits for, and for nothing else. */
  function watch({ connection, state }: Client, before: ClientState): void {
    if (isEdgeTriggered || state === "closed") return; // a closed socket leaves the list by itself
    const events = state === "wantWrite" ? EPOLLOUT : EPOLLIN;
    if (state === "timer") interests.remove(connection); // asked for nothing, it would report errors
    else if (before === "timer") interests.add(connection, events);
    else interests.modify(connection, events);
  }
}
