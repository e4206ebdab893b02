import { type Address, CLIENT_TAKES, type Connection } from "./interface.ts";

/** What an observer may know of a connection. */
export type Observed = Pick<Connection, "id" | "peer">;

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

/**
 * Notes that a connection's socket takes no more, and that it is the client's turn now. The observer hears
 * of it once, however often the server tries: a loop that never waits tries all the time.
 *
 * @param connection whose turn it becomes the client's
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { CLIENT_TAKES, SERVER_WORKS } from "./interface.ts";
 * const connection = { id: 1, peer: { host: "127.0.0.1", port: 1 }, turn: SERVER_WORKS };
 * noteBlocked(connection, UNOBSERVED);
 * assertEquals(connection.turn, CLIENT_TAKES);
 * ```
 */
export function noteBlocked(
  connection: Observed & Pick<Connection, "turn">,
  observer: Observer,
): void {
  if (connection.turn !== CLIENT_TAKES) observer.blocked(connection);
  connection.turn = CLIENT_TAKES;
}
