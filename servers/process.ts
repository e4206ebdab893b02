/**
 * A process per client: accept, fork, and in the child serve, as servers on Unix have done it from the
 * beginning.
 *
 * fork(2) makes a child that is a copy of its parent, and so has the connection and the listener too. The
 * child closes the listener and serves the connection; the parent closes the connection and accepts
 * the next. Nothing else is shared: a child may block, sleep, burn its CPU or crash, and no other client
 * notices. The system copies a page of memory only when one of the two writes to it, so a child costs
 * about a millisecond, and less than a megabyte.
 *
 * A child that has ended stays a zombie until its parent has asked how it ended, wait(2). The signal
 * SIGCHLD interrupts accept, and then the parent asks.
 *
 * In the child of a fork no event loop turns. With `--exec`, and for a handler that needs an event loop,
 * the child is therefore another program, which has the connection as its standard input and output,
 * posix_spawn(3). On Deno's sockets the page of this model is `process_relay.ts`.
 *
 * @module
 */

import { serveClient } from "./blocking.ts";
import { type ForkedChild, INTERRUPTED, type ServerContext } from "./context/context.ts";

export async function process(context: ServerContext): Promise<void> {
  const children = context.forkedChildren();

  for (let accepted; (accepted = children.accept()) !== null;) {
    while (children.wait()); // for all that have ended: one SIGCHLD may stand for several
    if (accepted === INTERRUPTED) continue;

    const child = children.fork(accepted);
    if (child !== undefined) return await serveInChild(child);
    children.closeCopy(accepted); // the client is the child's
  }
  children.waitForAll();
}

/** What the child does. It never comes back to the loop of its parent. */
async function serveInChild(child: ForkedChild): Promise<void> {
  try {
    child.closeInherited(); // the listener, above all: the port would stay in use
    await serveClient(child.connection, child.session, child.buffer, (ms) => child.sleep(ms));
  } catch (error) {
    child.failed(error);
  } finally {
    child.exit();
  }
}
