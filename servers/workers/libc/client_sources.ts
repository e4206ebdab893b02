import { LibcListener, listenOn } from "../../sockets/libc/listener.ts";
import { asLibcPollable } from "../../sockets/libc/reactor.ts";
import { systemCalls } from "../../system/system_calls.ts";
import type { ClientSources, MakeSources } from "../workers.ts";
import { LibcHandedTo } from "./handed_clients.ts";

/** Where the clients of workers come from on the system's sockets. A thread can use any descriptor. */
export const libcSources: MakeSources = (plan, { listener }, listen): ClientSources => {
  if (!(listener instanceof LibcListener)) throw new Error("a listener of another kind");
  const indices = Array.from({ length: plan.count }, (_, index) => index);
  const nothing = () => {};
  const none = { handedTo: [], ready: nothing, close: nothing };
  if (plan.listener === "handed") {
    const handedTo = indices.map(() => new LibcHandedTo(listener.address));
    return {
      all: handedTo.map(({ clientsOf }) => ({ from: "page", ...clientsOf })),
      handedTo,
      ready: nothing,
      close: () => handedTo.forEach((worker) => worker.close()),
    };
  }
  if (plan.listener === "shared") {
    const shared = { descriptor: asLibcPollable(listener).descriptor, isShared: true };
    return { ...none, all: indices.map(() => ({ from: "listener", listener: shared })) };
  }
  // They are opened here, and stay open when a worker fails: the next one finds the clients in its backlog.
  const { port } = listener.address;
  listener.close();
  const calls = systemCalls();
  return {
    ...none,
    all: indices.map(() => {
      const descriptor = listenOn(calls, { ...listen, port, reusePort: true });
      return { from: "listener", listener: { descriptor, isShared: false } };
    }),
  };
};
