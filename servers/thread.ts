/**
 * A thread per client: a Worker, whose code is that of the blocking server.
 *
 * A handler may sleep or burn its CPU and holds up its own client only. Each thread costs megabytes
 * and some milliseconds to start, so spare ones can be started ahead: they wait for a client in the
 * queue through which the main thread hands over those that it accepts.
 *
 * @module
 */

import { serveClient } from "./blocking.ts";
import type { ServerContext } from "./context/context.ts";
import type { ClientThread, ThreadClient } from "./context/threads.ts";

export async function thread(context: ServerContext): Promise<void> {
  const { listener, options } = context;
  const threads = await context.startThreads({ count: options.spare, clientsEach: "one" });

  for (let connection; (connection = await listener.accept()) !== null;) {
    threads.put(connection); // for a spare thread, or for one that is started now
    await threads.room();
  }
  await threads.end();
}

/** What each thread does: it serves its client, and ends. */
export async function clientThread(self: ClientThread): Promise<void> {
  const client = await self.take();
  if (client !== null) await serveInThread(self, client);
}

/** Serves a client as the blocking server does. Whatever goes wrong is this client's affair alone. */
export async function serveInThread(self: ClientThread, client: ThreadClient): Promise<void> {
  try {
    await serveClient(client, self.newSession(), self.buffer, (ms) => self.sleep(ms));
  } catch (error) {
    self.clientFailed(error);
  } finally {
    client.close();
  }
}
