import { EPOLLIN } from "../interface.ts";
import type { LibcReactor } from "./reactor.ts";

/**
 * From now on what waits in this thread waits on another one, so that the timers, promises and messages
 * of this one go on. It costs two switches between threads for each wait.
 *
 * @example
 * ```ts
 * import { UNOBSERVED } from "../observer.ts";
 * import { createDescriptorMemory, DescriptorTable } from "./descriptor_table.ts";
 * import { LibcSockets } from "./sockets.ts";
 * const table = new DescriptorTable(createDescriptorMemory(1_024));
 * const sockets = new LibcSockets(UNOBSERVED, table, 1_024);
 * runEventLoop(sockets);
 * setTimeout(() => sockets.interruptWait(), 1); // runs although the thread waits
 * await sockets.select([], [], Infinity);
 * ```
 */
export function runEventLoop(reactor: LibcReactor): void {
  reactor.runsEventLoop = true;
  reactor.waitFor = async (fd, events) => {
    await reactor.offThread.ready([[fd, events], [reactor.waker, EPOLLIN]], -1);
    reactor.quietWaker();
  };
}
