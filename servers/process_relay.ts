/**
 * A process per client, on Deno's sockets.
 *
 * Nothing is shared: a child may block, sleep, burn its CPU or crash, and no other client notices.
 * Deno's sockets cannot be given away, though. So the parent keeps them, and carries the bytes to the
 * child and back, through a pipe each way. `process.ts` is the same on the system's sockets, where a
 * child inherits its client.
 *
 * The price is a runtime of JavaScript for each client: tens of milliseconds, and tens of megabytes.
 *
 * @module
 */

import type { ServerContext } from "./context/context.ts";

export async function processRelay(context: ServerContext): Promise<void> {
  const { listener } = context;
  const children = await context.startChildren();

  for (let connection; (connection = await listener.accept()) !== null;) {
    children.serve(connection); // the client is the child's: the next one can come
    await children.available();
  }
  await children.end();
}
