/**
 * A loop that asks every socket in turn and never waits.
 *
 * Each call answers at once, mostly with "would block". One thread serves many clients, and pays for
 * it with a whole CPU while nobody speaks. A pause between the rounds gives the CPU back and makes
 * every client wait for the end of the pause: try `--pause 10`.
 *
 * @module
 */

import type { Client, Progress } from "./loop/client.ts";
import { Clients } from "./loop/clients.ts";
import type { ServerContext } from "./context/context.ts";
import { WOULD_BLOCK } from "./sockets/interface.ts";

export async function nonblocking(context: ServerContext): Promise<void> {
  const clients = new Clients(context);

  while (context.running) {
    while (clients.accept() !== null); // everybody who is waiting
    for (const client of clients) clients.advance(client, step);
    await context.sockets.pause(context.options.pauseMs);
  }

  /** Does for this client what can be done without waiting. */
  function step(client: Client): Progress {
    if (client.progress === "timer" && client.dueMs > performance.now()) return "timer";
    if (client.progress !== "wantRead") return client.resume();
    const chunk = client.connection.tryRecv(context.recvSizeBytes);
    if (chunk === WOULD_BLOCK) return "wantRead";
    if (chunk.length === 0) return "closed";
    return client.serve(chunk);
  }
}
