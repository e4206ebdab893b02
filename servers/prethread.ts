/**
 * Threads made beforehand, all of them in `accept` on one listener: the server of chapter 30 of Unix
 * Network Programming that it calls prethreaded, each thread calling accept.
 *
 * Each thread is a blocking server. The system wakes one of those that wait for each client, so there is
 * no queue, and nobody hands anything over: `diff threadpool.ts prethread.ts`. As many clients are served
 * at once as there are threads, and the others wait in the backlog.
 *
 * Where the system woke all that wait in `accept`, servers put a lock around it: `--accept lock`. Linux
 * has not needed one for decades, and the lock costs two calls for each client.
 *
 * @module
 */

import { serveInTurn } from "./blocking.ts";
import type { ServerContext } from "./context/context.ts";
import type { Connection } from "./sockets/interface.ts";

export async function prethread(context: ServerContext): Promise<void> {
  const { options: { workers: count } } = context;
  const threads = await context.startWorkers({ count, listener: "shared" });
  await threads.ended();
}

/** What each thread does: it accepts a client itself, and serves it. */
export async function prethreadWorker(context: ServerContext): Promise<void> {
  const { listener, lock, options: { accept } } = context;
  const acceptNext = accept === "lock" ? acceptLocked : () => listener.accept();
  await serveInTurn(context, new Uint8Array(context.recvSizeBytes), acceptNext);

  /** One thread waits in `accept`, and the others for the lock. */
  async function acceptLocked(): Promise<Connection | null> {
    lock.acquire();
    try {
      return await listener.accept();
    } finally {
      lock.release();
    }
  }
}
