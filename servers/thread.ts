/**
 * A thread per client: a Worker, whose code is that of the blocking server.
 *
 * A handler may sleep or burn its CPU and holds up its own client only. Each thread costs megabytes
 * and some milliseconds to start. So one whose client has left takes the next client, or waits for it,
 * as MySQL keeps a `thread_cache_size`; and spare ones can be started before the first client comes.
 *
 * @module
 */

import { serveClient } from "./blocking.ts";
import type { ServerContext } from "./context/context.ts";
import type { ClientThread, ThreadClient } from "./context/threads.ts";

export async function thread(context: ServerContext): Promise<void> {
  const { listener, options: { spare, keep } } = context;
  const threads = await context.startThreads({ spare, keep, most: Infinity, queue: 0 });

  for (let connection; (connection = await listener.accept()) !== null;) {
    threads.put(connection); // for a thread that waits, or for one that is started now
    await threads.room();
  }
  await threads.end();
}

/** What each thread does: a blocking server, whose accept is the queue. */
export async function clientThread(self: ClientThread): Promise<void> {
  for (let client; (client = await self.take()) !== null;) {
    await serveInThread(self, client);
  }
}

/** Serves a client as the blocking server does. Whatever goes wrong is this client's affair alone. */
async function serveInThread(self: ClientThread, client: ThreadClient): Promise<void> {
  try {
    await serveClient(client, self.newSession(), self.buffer, (ms) => self.sleep(ms));
  } catch (error) {
    self.clientFailed(error);
  } finally {
    client.close();
  }
}
