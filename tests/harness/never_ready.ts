import type { Sockets } from "../../servers/sockets/interface.ts";

/** Sockets on which nothing ever happens. */
export const NEVER_READY: Pick<Sockets, "epoll" | "connect" | "interruptWait"> = {
  epoll: () => ({ add() {}, modify() {}, remove() {}, wait: () => [] }),
  connect: () => [],
  interruptWait() {},
};
