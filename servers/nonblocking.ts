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
import type { Engine } from "./context/context.ts";
import { WOULD_BLOCK } from "./sockets/interface.ts";

export async function nonblocking(engine: Engine): Promise<void> {
  const clients = new Clients(engine);

  while (engine.running) {
    while (clients.accept() !== null); // everybody who is waiting
    for (const client of clients) clients.advance(client, step);
    await engine.sockets.pause(engine.options.pauseMs);
  }

  /** Does for this client what can be done without waiting. */
  function step(client: Client): Progress {
    if (client.progress === "asleep" && client.dueMs > performance.now()) return "asleep";
    if (client.progress !== "ready") return client.resume();
    const chunk = client.connection.tryRecv(engine.recvSizeBytes);
    if (chunk === WOULD_BLOCK) return "ready";
    if (chunk.length === 0) return "done";
    return client.serve(chunk);
  }
}
