/**
 * The event loop of epoll(7): the system keeps the interest list, and a wait costs as much as there
 * are ready sockets, however many are idle.
 *
 * Level-triggered, a socket is reported as long as it is ready, so one `recv` per report is enough.
 * Edge-triggered, it is reported once when it becomes ready: whoever stops before the socket would
 * block leaves bytes behind that nobody will be told about again. So the loop drains.
 *
 * @module
 */

import { Client, type Progress } from "./engine/client.ts";
import type { Engine } from "./engine/model.ts";
import { Sleepers } from "./engine/sleepers.ts";
import type { Pollable } from "./sockets/interface.ts";
import { EPOLLET, EPOLLIN, EPOLLOUT, WOULD_BLOCK } from "./sockets/interface.ts";

export async function epoll(engine: Engine): Promise<void> {
  const { listener, sockets } = engine;
  const isEdgeTriggered = engine.options.trigger === "edge";
  const clients = new Map<Pollable, Client>();
  const sleepers = new Sleepers();
  const interests = sockets.epoll();
  interests.add(listener, EPOLLIN);

  while (engine.running) {
    for (const { target } of await interests.wait(sleepers.untilNextMs())) {
      if (target === listener) acceptClient();
      else attend(clients.get(target));
    }
    for (const sleeper of sleepers.due()) wakeUp(sleeper);
  }

  function acceptClient(): void {
    const connection = listener.tryAccept();
    if (connection === null) return;
    clients.set(connection, new Client(connection, engine.newSession()));
    // Edge-triggered, both directions are watched once and for all: an edge costs nothing until it
    // comes. Level-triggered, a writable socket would be reported at every wait.
    interests.add(connection, isEdgeTriggered ? EPOLLIN | EPOLLOUT | EPOLLET : EPOLLIN);
  }

  /** Serves a client as far as it goes, and watches it for what it waits for then. */
  function attend(client: Client | undefined): void {
    if (client === undefined || client.progress === "asleep") return;
    const before = client.progress;
    let progress: Progress = "done";
    try {
      progress = before === "blocked" ? client.resume() : receive(client);
      // Edge-triggered, more may have come while it was not received from, and was reported then.
      if (isEdgeTriggered && before === "blocked" && progress === "ready") {
        progress = receive(client);
      }
    } catch (error) {
      engine.clientFailed(client.connection, error);
    }
    if (progress === "asleep") sleepers.add(client);
    if (progress === "done") {
      clients.delete(client.connection);
      client.connection.close(); // leaves the interest list by itself
    } else if (!isEdgeTriggered && progress !== before) watch(client);
  }

  function receive(client: Client): Progress {
    for (;;) {
      const chunk = client.connection.tryRecv(engine.recvSizeBytes);
      if (chunk === WOULD_BLOCK) return "ready"; // drained: the next bytes will be an edge
      if (chunk.length === 0) return "done";
      const progress = client.serve(chunk);
      if (progress !== "ready" || !isEdgeTriggered) return progress;
    }
  }

  /** Level-triggered: asks for what the client waits for, and for nothing that it does not. */
  function watch({ connection, progress }: Client): void {
    // An error is reported whatever is asked for, so a client that sleeps leaves the list meanwhile.
    if (progress === "asleep") interests.remove(connection);
    else interests.modify(connection, progress === "blocked" ? EPOLLOUT : EPOLLIN);
  }

  function wakeUp(client: Client): void {
    client.progress = "blocked"; // as if its socket had just become writable
    if (!isEdgeTriggered) interests.add(client.connection, EPOLLOUT);
    attend(client);
  }
}
