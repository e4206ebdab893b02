/**
 * The event loop of epoll(7) with `EPOLLONESHOT`: `epoll --oneshot`.
 *
 * A socket is reported once and then watched for nothing until the loop asks for it again. That is
 * meant for several threads that wait on one epoll: exactly one of them gets the report, and has the
 * client to itself while it serves it. This loop is one thread, and makes the calls that each of
 * them would make. What it costs is a call per report: `diff epoll.ts epoll_oneshot.ts`.
 *
 * @module
 */

import { type Client, Clients } from "./loop/clients.ts";
import type { ClientState } from "./loop/client_state.ts";
import type { ServerContext } from "./context/context.ts";
import { EPOLLET, EPOLLIN, EPOLLONESHOT, EPOLLOUT, WOULD_BLOCK } from "./sockets/interface.ts";

export async function epollOneshot(context: ServerContext): Promise<void> {
  const { listener, sockets } = context;
  const isEdgeTriggered = context.options.trigger === "edge";
  const mode = isEdgeTriggered ? EPOLLET | EPOLLONESHOT : EPOLLONESHOT;
  const clients = new Clients(context);
  const interests = sockets.epoll();
  interests.add(listener, EPOLLIN);

  while (sockets.serving) {
    for (const { target } of await interests.wait(clients.untilNextMs())) {
      if (target === listener) acceptClient();
      else attend(clients.of(target));
    }
    for (const client of clients.due()) advance(client);
  }

  function acceptClient(): void {
    const connection = clients.accept();
    if (connection !== null) interests.add(connection, EPOLLIN | mode);
  }

  /** Serves a client that is ready, unless it left or fell asleep earlier in this turn. */
  function attend(client: Client | undefined): void {
    if (client !== undefined && client.state !== "timer") advance(client);
  }

  /** Takes one step with a client, and asks for one more report of what it waits for then. */
  function advance(client: Client): void {
    clients.advance(client, step);
    if (client.state !== "timer") watch(client);
  }

  function step(client: Client): ClientState {
    return client.state === "wantRead" ? receive(client) : client.resume();
  }

  function receive(client: Client): ClientState {
    for (;;) {
      const chunk = client.connection.tryRecv(context.recvSizeBytes);
      if (chunk === WOULD_BLOCK) return "wantRead";
      if (chunk.length === 0) return client.end();
      const state = client.serve(chunk);
      if (state !== "wantRead" || !isEdgeTriggered) return state;
    }
  }

  /** Asks for one report. What has come meanwhile is reported at once. */
  function watch({ connection, state }: Client): void {
    if (state === "closed") return; // a closed socket leaves the list by itself
    interests.modify(connection, (state === "wantWrite" ? EPOLLOUT : EPOLLIN) | mode);
  }
}
