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
import type { Engine } from "./context/context.ts";
import { Sleepers } from "./loop/timers.ts";
import { WOULD_BLOCK } from "./sockets/interface.ts";
import { EPOLLIN as POLLIN, EPOLLOUT as POLLOUT } from "./sockets/interface.ts";

export async function poll(engine: Engine): Promise<void> {
  const { listener, sockets } = engine;
  const clients = new Clients(engine);
  const sleepers = new Sleepers();
  const list = sockets.poll();
  list.add(listener, POLLIN);

  while (engine.running) {
    for (const { target } of await list.wait(sleepers.untilNextMs())) {
      if (target === listener) acceptClient();
      else attend(clients.of(target));
    }
    for (const sleeper of sleepers.due()) attend(sleeper);
  }

  function acceptClient(): void {
    const connection = clients.accept();
    if (connection !== null) list.add(connection, POLLIN);
  }

  function attend(client: Client | undefined): void {
    if (client === undefined) return; // it left earlier in this turn
    const before = client.progress;
    const progress = clients.advance(client, step);
    if (progress === "asleep") sleepers.add(client);
    if (progress !== before && progress !== "done") watch(client, before);
  }

  function step(client: Client): Progress {
    if (client.progress !== "ready") return client.resume();
    const chunk = client.connection.tryRecv(engine.recvSizeBytes);
    if (chunk === WOULD_BLOCK) return "ready";
    if (chunk.length === 0) return "done";
    return client.serve(chunk);
  }

  /** Watches a client for what it waits for, and for nothing else. A closed one leaves by itself. */
  function watch({ connection, progress }: Client, before: Progress): void {
    const events = progress === "blocked" ? POLLOUT : POLLIN;
    // An error is reported whatever is asked for, so a client that sleeps leaves the list meanwhile.
    if (progress === "asleep") list.remove(connection);
    else if (before === "asleep") list.add(connection, events);
    else list.modify(connection, events);
  }
}
