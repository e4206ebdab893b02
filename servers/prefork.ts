/**
 * Children forked beforehand: Apache's oldest way of serving, `prefork`, and chapter 30 of Stevens' "UNIX
 * Network Programming".
 *
 * The parent listens, forks `--workers` children, and from then on only waits for the dead and forks
 * another in the place of each. A child is a blocking server: it accepts a client, serves it to its end,
 * and accepts the next. So no client waits for a fork, and as many are served at once as there are
 * children; all others wait in the backlog.
 *
 * How a client finds its child, `--accept` says:
 * - `shared`: all children wait in accept on the one listener, and the system wakes one of them
 * - `lock`: one child waits in accept, and the others for the lock, since there were systems on which all
 *   of them woke up for each client, the thundering herd
 * - `pass`: the parent accepts, and passes the descriptor to a child that is free
 *
 * @module
 */

import { serveInTurn } from "./blocking.ts";
import type { ModelOptions, PreforkedChild, ServerContext } from "./context/context.ts";
import type { Connection } from "./sockets/interface.ts";

export async function prefork(context: ServerContext): Promise<void> {
  const { options: { accept } } = context;
  const children = context.preforkedChildren();

  while (children.serving) {
    while (children.isOneMissing) {
      const child = children.fork();
      if (child !== undefined) return await serveClients(child, accept);
    }
    if (accept !== "pass") children.wait();
    else {
      const connection = children.accept();
      if (connection !== null) children.pass(connection);
    }
  }
  children.waitForAll();
}

/** What each child does: a blocking server. It never comes back to the loop of its parent. */
async function serveClients(self: PreforkedChild, accept: ModelOptions["accept"]): Promise<void> {
  try {
    await serveInTurn(self.context, self.buffer, () => nextClient(self, accept));
  } catch (error) {
    self.failed(error);
  } finally {
    self.exit();
  }
}

/** Waits for the next client; `null` once the server is stopping. */
async function nextClient(
  self: PreforkedChild,
  accept: ModelOptions["accept"],
): Promise<Connection | null> {
  if (accept === "pass") return self.receiveClient();
  if (accept === "lock") self.lock();
  try {
    return await self.listener.accept(); // a socket of the system's: this blocks the process
  } finally {
    if (accept === "lock") self.unlock();
  }
}
