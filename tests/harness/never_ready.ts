import type { Sockets } from "../../servers/sockets/interface.ts";

/** Sockets on which nothing ever happens. */
export const NEVER_READY: Pick<Sockets, "epoll" | "connect" | "wake"> = {
  epoll: () => ({ add() {}, modify() {}, remove() {}, wait: () => [] }),
  connect: () => [],
  wake() {},
};
