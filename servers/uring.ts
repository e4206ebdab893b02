/**
 * The event loop of io_uring(7): completions in place of readiness. It is the proactor of POSA2, as
 * Windows has it with completion ports, and what database and storage engines use for files.
 *
 * `epoll.ts` asks which socket would not block, and then makes the call: a wait, a recv and a send for
 * each client that speaks. This loop requests everything beforehand, and the system does it when it can.
 * To accept and to receive are requested once, and complete again and again. A request is no system call:
 * all that one turn has requested is handed over by the call that waits, one for a whole batch.
 *
 * What it costs: the system decides when and where bytes arrive. So there must be buffers for those that
 * nobody has waited for yet, and a request must be done or cancelled before its socket can be closed.
 *
 * @module
 */

import { type Client, Clients } from "./loop/clients.ts";
import type { ClientState } from "./loop/client_state.ts";
import type { ServerContext } from "./context/context.ts";
import { ACCEPTED, RECEIVED } from "./sockets/completions.ts";
import type { Connection } from "./sockets/interface.ts";

export async function uring(context: ServerContext): Promise<void> {
  const { listener, sockets } = context;
  const clients = new Clients(context);
  const ring = await context.completions();
  ring.accept(listener);

  while (sockets.serving) {
    await ring.wait(clients.untilNextMs());
    while (ring.next()) {
      if (ring.operation === ACCEPTED) acceptClient(ring.connection);
      else attend(clients.of(ring.connection));
    }
    for (const client of clients.due()) advance(client, resume);
  }

  function acceptClient(connection: Connection): void {
    clients.add(connection);
    ring.receive(connection);
  }

  /** Serves a client for whom something is done, unless it left or fell asleep earlier in this turn. */
  function attend(client: Client | undefined): void {
    if (client === undefined || client.state === "timer") return;
    advance(client, ring.operation === RECEIVED ? receive : resume);
  }

  /** Takes one step with a client, and receives from it only while it is owed nothing. */
  function advance(client: Client, step: (client: Client) => ClientState): void {
    const before = client.state;
    clients.advance(client, step);
    if (client.state !== before) watch(client);
  }

  function receive(client: Client): ClientState {
    const chunk = ring.didRecv();
    if (chunk.length === 0) return client.end();
    return client.serve(chunk); // which requests a send, from where the chunk has arrived
  }

  function resume(client: Client): ClientState {
    return client.resume();
  }

  function watch({ connection, state }: Client): void {
    if (state === "wantRead") ring.receive(connection);
    else if (state !== "closed") ring.pause(connection);
  }
}
