import type { ProvidedBuffers } from "../../system/provided_buffers.ts";

/** The requests that a connection makes. */
export interface RingRequests<Requester> {
  readonly buffers: ProvidedBuffers;
  /** @param isLast receives once, and only what has arrived */
  receive(fd: number, isLast: boolean): void;
  /** Sends what the socket takes at once: see {@linkcode RingConnection.handedOver}. */
  sendAtOnce(fd: number, bytes: Uint8Array, connection: Requester): void;
  /** Sends as soon as the socket has room. */
  send(fd: number, bytes: Uint8Array): void;
  /** The next wait must not last: somebody waits until a send is done. */
  hurry(): void;
  cancelReceive(fd: number): void;
  cancelAll(fd: number): void;
  /**
   * Keeps the buffer of the completion that the server has taken, if `bytes` are in it, from being used
   * again. @returns its number, or -1
   */
  claim(bytes: Uint8Array): number;
  /** The buffer of the completion that is reported is this one. */
  lend(buffer: number): void;
  /** Has the connection report at the next occasion. */
  reportSoon(connection: Requester): void;
  /** No request of the connection is left, and it closes. */
  forget(connection: Requester): void;
}
