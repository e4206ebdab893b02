/**
 * Worker processes with an event loop each, on one listener: nginx.
 *
 * The master listens, forks `--workers` workers, and from then on only waits for the dead and forks
 * another in the place of each. A worker runs the loop of `epoll.ts`, in which the inherited listener is
 * one of the sockets. So each processor has a loop of its own, and a worker that crashes takes only its
 * own clients with it.
 *
 * A client that connects makes the listener readable in all workers. With `--wake all` the system wakes
 * every one that waits; one of them accepts, and to the others accept says that it would block: the
 * thundering herd. With `--wake exclusive`, EPOLLEXCLUSIVE, it wakes as few as it can.
 *
 * @module
 */

import type { PreforkedChild, ServerContext } from "./context/context.ts";
import { epoll } from "./epoll.ts";
import { EPOLLEXCLUSIVE, EPOLLIN } from "./sockets/interface.ts";

export async function workers(context: ServerContext): Promise<void> {
  const children = context.preforkedChildren();
  const isExclusive = context.options.wake === "exclusive";
  const listenerEvents = isExclusive ? EPOLLIN | EPOLLEXCLUSIVE : EPOLLIN;

  while (children.serving) {
    while (children.isOneMissing) {
      const child = children.fork();
      if (child !== undefined) return await runLoop(child, listenerEvents);
    }
    children.wait();
  }
  children.waitForAll();
}

/** What each worker does. It never comes back to the loop of its master. */
async function runLoop(self: PreforkedChild, listenerEvents: number): Promise<void> {
  try {
    await epoll(self.context, listenerEvents);
  } catch (error) {
    self.failed(error);
  } finally {
    self.exit();
  }
}
