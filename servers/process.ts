/**
 * A process per client.
 *
 * Nothing is shared: a child may block, sleep, burn its CPU or crash, and no other client notices.
 * The price is a process: tens of milliseconds and megabytes for each client, so spare children can
 * be started ahead. Deno has no descriptors to hand over, so here the parent keeps the socket and
 * carries the bytes to the child's standard input and from its standard output.
 *
 * @module
 */

import { type Child, Children } from "./engine/children.ts";
import type { Engine } from "./engine/model.ts";
import { type Connection, WOULD_BLOCK } from "./sockets/interface.ts";

export async function process(engine: Engine): Promise<void> {
  const { listener } = engine;
  const children = new Children(engine);
  await children.prepareSpares();

  for (let connection; (connection = await listener.accept()) !== null;) {
    serve(engine, children, connection); // not awaited: the child is on its own
    await children.available();
  }
  await engine.sockets.allClosed();
  await children.end();
}

async function serve(engine: Engine, children: Children, connection: Connection): Promise<void> {
  let child: Child | undefined;
  try {
    child = await children.take();
    await Promise.all([
      carryToChild(engine, connection, child),
      carryFromChild(child, connection),
    ]);
  } catch (error) {
    engine.clientFailed(connection, error);
  } finally {
    connection.close();
    await child?.end(connection.peer);
  }
}

/** Feeds the child what the client sends, until either of them has enough. */
async function carryToChild(
  { sockets, recvSizeBytes }: Engine,
  connection: Connection,
  child: Child,
): Promise<void> {
  try {
    for (;;) {
      const chunk = connection.tryRecv(recvSizeBytes);
      if (chunk === WOULD_BLOCK) await sockets.readable(connection);
      else if (chunk.length === 0 || !await child.write(chunk.slice())) return;
    }
  } finally {
    await child.closeInput();
  }
}

/** Sends the client what the child answers, until the child closes its output. */
async function carryFromChild(child: Child, connection: Connection): Promise<void> {
  try {
    for await (const bytes of child.output()) await connection.send(bytes);
  } finally {
    connection.close(); // the child has said its last, and the other direction ends too
  }
}
