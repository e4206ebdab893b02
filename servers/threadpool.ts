/**
 * A pool of threads, made beforehand, and a queue of clients between them and the one that accepts.
 *
 * The threads are those of `thread.ts`: each takes a client out of the queue, serves it to its end, and
 * takes the next. But no thread is started while clients wait, and however many come, there are never
 * more threads: that bounds what the server takes, and also how many clients it serves at once. All
 * others wait: as many as there are threads in the queue, where they count towards `--max-clients`, and
 * the rest in the backlog.
 *
 * @module
 */

import type { ServerContext } from "./context/context.ts";

export async function threadpool(context: ServerContext): Promise<void> {
  const { listener, options: { threads: count } } = context;
  const plan = { spare: count, keep: count, most: count, queue: count };
  const pool = await context.startThreads(plan);

  for (let connection; (connection = await listener.accept()) !== null;) {
    pool.put(connection);
    await pool.room(); // nobody is accepted while the queue is full
  }
  await pool.end();
}
