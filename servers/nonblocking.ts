/**
 * A loop that asks every socket in turn and never waits.
 *
 * Each call answers at once, mostly with "would block". One thread serves many clients, and pays for
 * it with a whole CPU while nobody speaks. A pause between the rounds gives the CPU back and makes
 * every client wait for the end of the pause: try `--pause 10`.
 *
 * @module
 */

import { Client, type Progress } from "./engine/client.ts";
import type { Engine } from "./engine/model.ts";
import { WOULD_BLOCK } from "./sockets/interface.ts";

export async function nonblocking(engine: Engine): Promise<void> {
  const { listener, sockets } = engine;
  const clients = new Set<Client>();

  while (engine.running) {
    for (let connection; (connection = listener.tryAccept()) !== null;) {
      clients.add(new Client(connection, engine.newSession()));
    }
    for (const client of clients) {
      let progress: Progress = "done";
      try {
        progress = attend(client, engine.recvSizeBytes);
      } catch (error) {
        engine.clientFailed(client.connection, error);
      }
      if (progress === "done") {
        clients.delete(client);
        client.connection.close();
      }
    }
    await sockets.pause(engine.options.pauseMs);
  }
}

/** Does for this client what can be done without waiting. */
function attend(client: Client, recvSizeBytes: number): Progress {
  if (client.progress === "asleep" && client.dueMs > performance.now()) return "asleep";
  if (client.progress !== "ready") return client.resume();

  const chunk = client.connection.tryRecv(recvSizeBytes);
  if (chunk === WOULD_BLOCK) return "ready";
  if (chunk.length === 0) return "done";
  return client.serve(chunk);
}
