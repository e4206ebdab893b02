/**
 * What a server is given that waits for completions in place of readiness: it does not ask which socket
 * would not block, and then make the call, but requests what is to be done, and is told what was done.
 *
 * @module
 */

import type { Connection, Listener } from "./interface.ts";

/** A client has been accepted. */
export const ACCEPTED = 0;
/** Bytes have been received, or the stream is at its end, or the connection has failed. */
export const RECEIVED = 1;
/** What {@linkcode Connection.trySend} took is sent. Reported if that was not all. */
export const SENT = 2;

/**
 * Requests and their completions, io_uring(7). On its connections {@linkcode Connection.trySend} requests
 * a send, and would block while the last one is not done; nothing else of the connection may be used
 * besides its end.
 */
export interface CompletionQueue {
  /** What is done: the completion that {@linkcode next} took. */
  readonly operation: typeof ACCEPTED | typeof RECEIVED | typeof SENT;
  /** For whom it is done. */
  readonly connection: Connection;
  /**
   * What recv(2) would give: nothing when the client sent its last. A borrowed view, valid until the next
   * completion, or until {@linkcode Connection.trySend} has sent it.
   *
   * @throws {ConnectionReset} when the client reset the connection
   */
  didRecv(): Uint8Array;
  /** Requests that all clients be accepted. Has to be asked for once. */
  accept(listener: Listener): void;
  /** Requests that what arrives be received, again and again, until {@linkcode pause}. */
  receive(connection: Connection): void;
  /** What arrives is not to be received. What has been is kept until {@linkcode receive}. */
  pause(connection: Connection): void;
  /**
   * Hands over what was requested, and waits until something is done or `timeoutMs` is over (`Infinity`:
   * no limit). Of more than `LONGEST_WAIT_MS` it waits no longer than that.
   */
  wait(timeoutMs: number): void | Promise<void>;
  /** Takes the next of what is done: false when there is no more. */
  next(): boolean;
}
