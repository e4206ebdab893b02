/**
 * The event loop of poll(2): one array of all sockets, each with what it is watched for.
 *
 * The array is as long as it has to be, where select's sets of bits end at `FD_SETSIZE`. poll(2) reports
 * in a field of its own, `revents`, so the array need not be made anew for each call, as sets must. Yet
 * the loop hands over the whole array each time, and the system looks at every entry: a thousand silent
 * clients cost as much as with select. To leave the list with the system is the step to epoll.
 *
 * @module
 */

import { type Client, Clients } from "./loop/clients.ts";
import type { ClientState } from "./loop/client_state.ts";
import type { ServerContext } from "./context/context.ts";
import { type Pollable, POLLIN, POLLOUT, WOULD_BLOCK } from "./sockets/interface.ts";

export async function poll(context: ServerContext): Promise<void> {
  const { listener, sockets } = context;
  const clients = new Clients(context);
  const entries = sockets.pollEntries<Pollable>();
  entries.set(listener, POLLIN);

  while (sockets.serving) {
    for (const { target } of await sockets.poll(entries, clients.untilNextMs())) {
      if (target === listener) acceptClient();
      else attend(clients.of(target));
    }
    for (const client of clients.due()) advance(client);
  }

  function acceptClient(): void {
    const connection = clients.accept();
    if (connection !== null) entries.set(connection, POLLIN);
  }

  /** Serves a client that is ready, unless it left or fell asleep earlier in this turn. */
  function attend(client: Client | undefined): void {
    if (client !== undefined && client.state !== "timer") advance(client);
  }

  /** Takes one step with a client, and watches it for what it waits for then. */
  function advance(client: Client): void {
    const before = client.state;
    clients.advance(client, step);
    if (client.state !== before) watch(client);
  }

  function step(client: Client): ClientState {
    return client.state === "wantRead" ? receive(client) : client.resume();
  }

  function receive(client: Client): ClientState {
    const chunk = client.connection.tryRecv(context.recvSizeBytes);
    if (chunk === WOULD_BLOCK) return "wantRead";
    if (chunk.length === 0) return client.end();
    return client.serve(chunk);
  }

  /** Asks in a client's entry for what it waits for, and for nothing else. */
  function watch({ connection, state }: Client): void {
    if (state === "wantRead") entries.set(connection, POLLIN);
    else if (state === "wantWrite") entries.set(connection, POLLOUT);
    else entries.delete(connection); // an entry that asks for nothing still reports an error
  }
}
