/**
 * The workers of a server: threads that each run a function of the model's page, with a context of their
 * own, as the page and its workers see them.
 *
 * @module
 */

import type { Connection } from "../sockets/interface.ts";

/** The workers that a page wants. */
export interface WorkersPlan {
  readonly count: number;
  /**
   * What {@linkcode ServerContext.listener} is in a worker:
   *
   * - `own`: a socket of its own on the server's port, SO_REUSEPORT in socket(7); then the page has none
   * - `shared`: the socket of the page, which all workers use; on the system's sockets
   * - `handed`: the clients that the page hands to this worker; on the system's sockets
   */
  readonly listener: "own" | "shared" | "handed";
}

/** The workers, as the page sees them that has started them. */
export interface Workers {
  /** In the order of their numbers. Empty unless clients are handed to them. */
  readonly all: readonly HandedTo[];
  /** Resolves when the server is stopping and all workers have ended. */
  ended(): Promise<void>;
}

/** A worker that the page hands clients to. */
export interface HandedTo {
  /** How many clients it has been handed and has not let go. */
  readonly clients: number;
  /** Hands it a client, which is the worker's own from now on. */
  hand(connection: Connection): void;
}
