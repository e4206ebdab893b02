import type { LedBy } from "../../context/protocol.ts";
import { createTeamMemory } from "../../context/team.ts";
import { EPOLLIN, EPOLLONESHOT, type Sockets } from "../../sockets/interface.ts";
import { listenOn } from "../../sockets/libc/bound_sockets.ts";
import { LibcListener } from "../../sockets/libc/listener.ts";
import { asLibcPollable } from "../../sockets/libc/connection_context.ts";
import { LibcSockets } from "../../sockets/libc/sockets.ts";
import { checked } from "../../system/system_interface.ts";
import {
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_EVENT,
  systemCalls,
} from "../../system/system_calls.ts";
import type { ClientSources, MakeSources } from "../workers.ts";
import { LibcHandedTo } from "./handed_clients.ts";

/** Where the clients of workers come from on the system's sockets. A thread can use any descriptor. */
export const libcSources: MakeSources = (plan, context, listen): ClientSources => {
  const { listener, sockets } = context;
  const indices = Array.from({ length: plan.count }, (_, index) => index);
  const nothing = () => {};
  const none = { handedTo: [], close: nothing };
  if (plan.listener === "own") {
    // They are opened here, and stay open when a worker fails: the next one finds the clients in its backlog.
    const calls = systemCalls();
    const descriptors = indices.map(() =>
      listenOn(calls, { ...listen, port: listener.address.port, reusePort: true })
    );
    listener.close();
    return {
      ...none,
      all: descriptors.map((descriptor) => (
        { from: "listener", listener: { descriptor, isShared: false } }
      )),
    };
  }
  if (!(listener instanceof LibcListener)) throw new Error("a listener of another kind");
  if (plan.listener === "handed") {
    const handedTo = indices.map(() => new LibcHandedTo(listener.address));
    return {
      all: handedTo.map(({ clientsOf }) => ({ from: "page", ...clientsOf })),
      handedTo,
      close: () => handedTo.forEach((worker) => worker.close()),
    };
  }
  if (plan.listener === "led") {
    const led = makeLed(plan.count, sockets, listener);
    const shared = { descriptor: led.listener, isShared: true };
    return { ...none, all: indices.map(() => ({ from: "listener", listener: shared, led })) };
  }
  const shared = { descriptor: asLibcPollable(listener).descriptor, isShared: true };
  return { ...none, all: indices.map(() => ({ from: "listener", listener: shared })) };
};

/** An epoll that has the listener and what wakes its leader. */
function makeLed(threads: number, sockets: Sockets, listener: LibcListener): LedBy {
  if (!(sockets instanceof LibcSockets)) throw new Error("sockets of another kind");
  const { calls, waker, table } = sockets;
  const { descriptor } = listener;
  const epoll = checked("epoll_create1", calls.epoll_create1(EPOLL_CLOEXEC));
  const event = new Int32Array(EPOLL_EVENT.words);
  for (const [fd, events] of [[waker, EPOLLIN], [descriptor, EPOLLIN | EPOLLONESHOT]]) {
    event[0] = events;
    event[EPOLL_EVENT.data] = fd;
    checked("epoll_ctl", calls.epoll_ctl(epoll, EPOLL_CTL_ADD, fd, event));
  }
  const memory = createTeamMemory(threads, table.capacity);
  return { memory, threads, epoll, listener: descriptor, waker };
}
