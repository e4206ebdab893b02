/**
 * A pool of threads, made beforehand, and a queue of clients between them and the one that accepts.
 *
 * A thread takes a client out of the queue, serves it to its end, and takes the next. No thread is
 * started while clients wait, and however many come, there are never more threads: that bounds what
 * the server takes, and also how many clients it serves at once. All others wait: as many as there are
 * threads in the queue, where they count towards `--max-clients`, and the rest in the backlog.
 *
 * @module
 */

import type { ServerContext } from "./context/context.ts";
import type { ClientThread } from "./context/threads.ts";
import { serveInThread } from "./thread.ts";

export async function threadpool(context: ServerContext): Promise<void> {
  const { listener, options } = context;
  const pool = await context.startThreads({ count: options.threads, clientsEach: "many" });

  for (let connection; (connection = await listener.accept()) !== null;) {
    pool.put(connection);
    await pool.room(); // nobody is accepted while the queue is full
  }
  await pool.end();
}

/** What each thread does: a blocking server, whose accept is the queue. */
export async function poolThread(self: ClientThread): Promise<void> {
  for (let client; (client = await self.take()) !== null;) {
    await serveInThread(self, client);
  }
}
