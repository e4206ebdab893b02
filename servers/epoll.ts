/**
 * The event loop of epoll(7): the system keeps the interest list, and a wait costs as much as there
 * are ready sockets, however many are idle.
 *
 * Level-triggered, a socket is reported as long as it is ready, so one `recv` per report is enough.
 * Edge-triggered, it is reported once when it becomes ready: whoever stops before the socket would
 * block leaves bytes behind that nobody will be told about again. So the loop drains.
 *
 * One-shot, a socket is reported once and then watched for nothing until it is asked for again. That
 * is meant for several threads that wait on one epoll: exactly one is told of a client, and has it to
 * itself while it serves it. This loop is one thread, and makes the calls that each of them would.
 *
 * @module
 */

import type { Client, Progress } from "./loop/client.ts";
import { Clients } from "./loop/clients.ts";
import type { ServerContext } from "./context/context.ts";
import { TimerQueue } from "./loop/timers.ts";
import { EPOLLET, EPOLLIN, EPOLLONESHOT, EPOLLOUT, WOULD_BLOCK } from "./sockets/interface.ts";

export async function epoll(context: ServerContext): Promise<void> {
  const { listener, sockets } = context;
  const isEdgeTriggered = context.options.trigger === "edge";
  const isOneShot = context.options.oneshot;
  const mode = (isEdgeTriggered ? EPOLLET : 0) | (isOneShot ? EPOLLONESHOT : 0);
  // Edge-triggered, both directions are watched once and for all: an edge costs nothing until it
  // comes. Otherwise a writable socket would be reported at every wait.
  const watchesBoth = isEdgeTriggered && !isOneShot;
  const clients = new Clients(context);
  const timers = new TimerQueue();
  const interests = sockets.epoll();
  interests.add(listener, EPOLLIN);

  while (context.running) {
    for (const { target } of await interests.wait(timers.untilNextMs())) {
      if (target === listener) acceptClient();
      else attend(clients.of(target));
    }
    for (const client of timers.due()) advance(client);
  }

  function acceptClient(): void {
    const connection = clients.accept();
    if (connection === null) return;
    interests.add(connection, (watchesBoth ? EPOLLIN | EPOLLOUT : EPOLLIN) | mode);
  }

  function attend(client: Client | undefined): void {
    if (client === undefined) return; // it left earlier in this turn
    if (client.progress !== "timer") advance(client); // an edge does not make an answer due
  }

  /** Takes one step with a client, and watches it for what it waits for then. */
  function advance(client: Client): void {
    const before = client.progress;
    const progress = clients.advance(client, step);
    if (progress === "timer") timers.add(client);
    if (progress === "closed" || watchesBoth) return; // the closed leave the list by themselves
    if (isOneShot) rearm(client);
    else if (progress !== before) watch(client, before);
  }

  function step(client: Client): Progress {
    if (client.progress === "wantRead") return receive(client);
    const progress = client.resume();
    // Edge-triggered, more may have come while it was not received from, and was reported then.
    return isEdgeTriggered && progress === "wantRead" ? receive(client) : progress;
  }

  function receive(client: Client): Progress {
    for (;;) {
      const chunk = client.connection.tryRecv(context.recvSizeBytes);
      if (chunk === WOULD_BLOCK) return "wantRead"; // drained: the next bytes will be an edge
      if (chunk.length === 0) return "closed";
      const progress = client.serve(chunk);
      if (progress !== "wantRead" || !isEdgeTriggered) return progress;
    }
  }

  /** Level-triggered: asks for what the client waits for, and for nothing that it does not. */
  function watch({ connection, progress }: Client, before: Progress): void {
    const events = progress === "wantWrite" ? EPOLLOUT : EPOLLIN;
    // An error is reported whatever is asked for, so a client that sleeps leaves the list meanwhile.
    if (progress === "timer") interests.remove(connection);
    else if (before === "timer") interests.add(connection, events);
    else interests.modify(connection, events);
  }

  /** One-shot: asks for one more report. What has come meanwhile is reported at once. */
  function rearm({ connection, progress }: Client): void {
    if (progress === "timer") return; // it is watched for nothing as it is
    interests.modify(connection, (progress === "wantWrite" ? EPOLLOUT : EPOLLIN) | mode);
  }
}
