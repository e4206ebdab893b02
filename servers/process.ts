/**
 * A process per client.
 *
 * Nothing is shared: a child may block, sleep, burn its CPU or crash, and no other client notices. The
 * parent does nothing but accept. On `libc` the child inherits the connection as its standard input and
 * output and the parent closes its own copy, as fork() and inetd have always done it; a child that was
 * started ahead is sent the connection. Deno's sockets cannot be given away: there the parent keeps
 * them and carries the bytes to the child and back.
 *
 * The price is a process, milliseconds and megabytes for each client.
 *
 * @module
 */

import type { ServerContext } from "./context/context.ts";

export async function process(context: ServerContext): Promise<void> {
  const { listener } = context;
  const children = await context.startChildren();

  for (let connection; (connection = await listener.accept()) !== null;) {
    children.serve(connection); // the client is the child's: the next one can come
    await children.available();
  }
  await children.end();
}
