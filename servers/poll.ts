/**
 * The event loop of poll(2): one list of all sockets, each with what it is watched for.
 *
 * The list is as long as it has to be, where select's sets of bits end at `FD_SETSIZE`. And it says
 * what was found in a field of its own, so it need not be made anew for each call as the sets must. Yet
 * it is handed over whole each time, and the system looks at every entry: a thousand silent clients
 * cost as much as with select. To leave the list with the system instead is the step to epoll.
 *
 * @module
 */

import type { Client, Progress } from "./loop/client.ts";
import { Clients } from "./loop/clients.ts";
import type { ServerContext } from "./context/context.ts";
import { TimerQueue } from "./loop/timers.ts";
import { WOULD_BLOCK } from "./sockets/interface.ts";
import { EPOLLIN as POLLIN, EPOLLOUT as POLLOUT } from "./sockets/interface.ts";

export async function poll(context: ServerContext): Promise<void> {
  const { listener, sockets } = context;
  const clients = new Clients(context);
  const timers = new TimerQueue();
  const list = sockets.poll();
  list.add(listener, POLLIN);

  while (context.running) {
    for (const { target } of await list.wait(timers.untilNextMs())) {
      if (target === listener) acceptClient();
      else attend(clients.of(target));
    }
    for (const client of timers.due()) attend(client);
  }

  function acceptClient(): void {
    const connection = clients.accept();
    if (connection !== null) list.add(connection, POLLIN);
  }

  function attend(client: Client | undefined): void {
    if (client === undefined) return; // it left earlier in this turn
    const before = client.progress;
    const progress = clients.advance(client, step);
    if (progress === "timer") timers.add(client);
    if (progress !== before && progress !== "closed") watch(client, before);
  }

  function step(client: Client): Progress {
    if (client.progress !== "wantRead") return client.resume();
    const chunk = client.connection.tryRecv(context.recvSizeBytes);
    if (chunk === WOULD_BLOCK) return "wantRead";
    if (chunk.length === 0) return "closed";
    return client.serve(chunk);
  }

  /** Watches a client for what it waits for, and for nothing else. A closed one leaves by itself. */
  function watch({ connection, progress }: Client, before: Progress): void {
    const events = progress === "wantWrite" ? POLLOUT : POLLIN;
    // An error is reported whatever is asked for, so a client that sleeps leaves the list meanwhile.
    if (progress === "timer") list.remove(connection);
    else if (before === "timer") list.add(connection, events);
    else list.modify(connection, events);
  }
}
