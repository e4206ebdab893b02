import type { Address, Observed } from "./interface_values.ts";

export type { Observed };

/** Where a socket kind reports what happens to it. Called on the hot path: it must be cheap. */
export interface Observer {
  /** The server begins to wait for a client. */
  waiting(): void;
  accepted(connection: Observed): void;
  /** A client was turned away because there were `maxClients` already. */
  refused(peer: Address): void;
  /** `buffer` holds `count` bytes that the model has just taken. */
  received(connection: Observed, buffer: Uint8Array, count: number): void;
  sent(connection: Observed, count: number): void;
  /** The connection's socket took less than it was given, and is full. */
  blocked(connection: Observed): void;
  /** A client was turned away because its descriptor is not below `descriptorsBelow`. */
  beyondFdSetSize(peer: Address, descriptor: number): void;
  reset(connection: Observed): void;
  /** The server ends a connection because its client was silent. */
  dismissed(connection: Observed): void;
  /** The server has ended a connection before its client had everything. */
  cutOff(connection: Observed): void;
  closed(connection: Observed): void;
  /** A readiness call returned after it looked at `scanned` sockets and found `ready`. */
  wokeUp(scanned: number, ready: number): void;
  /** A server that never waits has asked all its sockets, `asked` of them, whether they have something. */
  polled(asked: number): void;
  /** There is no descriptor left for another client; accepting goes on when one is free. */
  outOfDescriptors(): void;
  /** Accepting failed for another reason, and is tried again. */
  acceptFailed(error: Error): void;
}

/** For connections that are no clients of a server: nothing that happens on them is reported. */
export const UNOBSERVED: Observer = {
  waiting() {},
  accepted() {},
  refused() {},
  received() {},
  sent() {},
  blocked() {},
  beyondFdSetSize() {},
  reset() {},
  dismissed() {},
  cutOff() {},
  closed() {},
  wokeUp() {},
  polled() {},
  outOfDescriptors() {},
  acceptFailed() {},
};
