/**
 * Threads that run the handler for clients whose sockets a loop has, as a model
 * sees them.
 *
 * @module
 */

import type { Connection, Pollable } from "../sockets/interface.ts";

/** The threads, as the loop sees them. */
export interface HandlerThreads {
  /** Readable when threads have answered. To be watched edge-triggered: nothing is read from it. */
  readonly mailbox: Pollable;
  /** How many chunks wait for their thread to take them. */
  readonly queued: number;
  /** Binds a client for good to the thread that has the fewest: its session will live there. */
  bind(connection: Connection): BoundClient;
  /**
   * Takes what the threads have answered.
   *
   * @returns clients for which something has changed; use one before taking the next
   * @throws {Error} when a thread could not begin
   */
  answered(): Iterable<BoundClient>;
  /** Waits until all sessions know that their clients have left. The threads end with the server. */
  finish(): void;
}

/** A client as the loop sees it. */
export interface BoundClient {
  readonly connection: Connection;
  /** Its thread has a chunk of it, and has not answered all of that. */
  readonly isHandled: boolean;
  /** Answers that its socket has not taken. A thread stops for a client when they are 64 KiB. */
  readonly hasUnsent: boolean;
  /** No thread knows it any more, so that its connection can be closed. */
  readonly isGone: boolean;
  /** Its session closes the connection once all is sent. */
  readonly isOver: boolean;
  /** Whether its thread has room for another chunk. If not, the client is among the answered later. */
  hasRoom(): boolean;
  /** Gives its thread a chunk, which is copied. */
  handOver(chunk: Uint8Array): void;
  /**
   * Sends what its thread has answered, as far as the socket takes it.
   *
   * @throws {Error} what its session has thrown, or its thread, or the socket
   */
  flush(): void;
  /**
   * Tells its thread that it has sent its last byte: its session may have last words.
   *
   * @returns false when it has none, and the connection can be closed
   */
  finish(): boolean;
  /**
   * Has its thread forget it, and the sender, if there is one: then it is {@linkcode isGone}.
   *
   * @param error why, if something has failed
   */
  leave(error?: unknown): void;
}

/** A client as the thread sees it that sends its answers. */
export interface SendingClient {
  /** Answers that its socket has not taken. */
  readonly hasUnsent: boolean;
  /**
   * Sends what was answered, as far as the socket takes it.
   *
   * @throws {ConnectionReset} when the client is gone
   */
  flush(): void;
}

/** The thread that sends answers, as it sees itself. On the system's sockets. */
export interface Sender {
  /** Blocks until there are answers, or a socket takes more. @returns the clients of which that is so */
  wait(): Iterable<SendingClient>;
  /** Has {@linkcode wait} give the client when its socket takes more. */
  watch(client: SendingClient): void;
  /** Tells the loop what follows now that everything is sent. */
  passOn(client: SendingClient): void;
  /** Tells the loop that nothing can be sent. */
  failed(client: SendingClient, error: unknown): void;
}
