/**
 * A loop that asks every socket in turn and never waits.
 *
 * Each call answers at once, mostly with "would block". One thread serves many clients, and uses
 * a whole CPU even while all of them are silent. A pause between the rounds gives the CPU back and makes
 * every client wait for the end of the pause: try `--pause 10`.
 *
 * @module
 */

import { type Client, Clients } from "./loop/clients.ts";
import type { ClientState } from "./loop/client_state.ts";
import type { ServerContext } from "./context/context.ts";
import { WOULD_BLOCK } from "./sockets/interface.ts";

export async function nonblocking(context: ServerContext): Promise<void> {
  const { sockets } = context;
  const clients = new Clients(context);

  while (sockets.serving) {
    while (clients.accept() !== null); // all that are waiting
    for (const client of clients) if (client.state !== "timer") clients.advance(client, step);
    for (const client of clients.due()) clients.advance(client, step);
    await sockets.pause(context.options.pauseMs);
  }

  /** Does for a client what can be done without waiting. */
  function step(client: Client): ClientState {
    return client.state === "wantRead" ? receive(client) : client.resume();
  }

  function receive(client: Client): ClientState {
    const chunk = client.connection.tryRecv(context.recvSizeBytes);
    if (chunk === WOULD_BLOCK) return "wantRead";
    if (chunk.length === 0) return client.end();
    return client.serve(chunk);
  }
}
