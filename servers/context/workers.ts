/**
 * The workers of a server: threads that each run a function of the model's page, with a context of their
 * own, as the page and its workers see them.
 *
 * @module
 */

import type { Session } from "../handlers/session.ts";
import type { Connection, Listener } from "../sockets/interface.ts";

/** The workers that a page wants. */
export interface WorkersPlan {
  readonly count: number;
  /**
   * What {@linkcode ServerContext.listener} is in a worker:
   *
   * - `own`: a socket of its own on the server's port, SO_REUSEPORT in socket(7); then the page has none
   * - `shared`: the socket of the page, which all workers use; on the system's sockets
   * - `handed`: the clients that the page hands to this worker; on the system's sockets
   * - `led`: as `shared`, and the workers take turns at waiting for it and for all clients:
   *   {@linkcode ServerContext.ledHandles}; on the system's sockets
   */
  readonly listener: "own" | "shared" | "handed" | "led";
}

/** What {@linkcode LedHandles.follow} gives when this thread leads. */
export const LEADS = "leads";

/** The listener and the clients of threads of which one, the leader, waits for all of them. */
export interface LedHandles {
  /** Waits until this thread leads, or is handed a client whose session it has. */
  follow(): Connection | typeof LEADS | Promise<Connection | typeof LEADS>;
  /**
   * The leader waits until one of the handles is ready, which nobody else then has until
   * {@linkcode rearm}; `null` when the server is stopping and has no client left.
   */
  wait(): Connection | Listener | null | Promise<Connection | Listener | null>;
  /** This thread leads no more, and one that follows does. */
  promote(): void;
  /**
   * A client that was accepted.
   *
   * @returns whether there is something to say to it, so that it is to be served at once
   */
  add(client: Connection): boolean;
  /** Has the leader wait for the handle again, unless it is closed. */
  rearm(handle: Connection | Listener): void;
  /**
   * Waits until a handle is served. A thread whose event loop turns goes on at once, because a client that
   * does not read would keep it from those that are bound to it.
   */
  served(serving: Promise<void>): void | Promise<void>;
  /** The client's session: a new one, or that which this thread has begun, if the handler has a state. */
  session(client: Connection): Session;
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
