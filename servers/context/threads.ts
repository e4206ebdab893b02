/**
 * Threads that serve clients, as a model asks for them and sees them from either side.
 *
 * @module
 */

import type { Session } from "../handlers/session.ts";
import type { Connection } from "../sockets/interface.ts";

/**
 * How long after a client came threads that wait for clients are started again. Clients often come
 * many at a time, and then the CPUs are needed to serve them.
 */
export const REFILL_PAUSE_MS = 50;

/** The threads that a model wants. */
export interface ThreadPlan {
  /** How many wait for a client before it comes. */
  readonly count: number;
  /** Whether a thread serves one client and ends, or serves many, one after another. */
  readonly clientsEach: "one" | "many";
}

/** The threads, as the one that accepts clients sees them. */
export interface Threads {
  /** Puts a client into the queue; the next free thread takes it. */
  put(connection: Connection): void;
  /** Waits until another client may be put. */
  room(): void | Promise<void>;
  /** Waits until all clients in the queue are served, and ends the threads. */
  end(): void | Promise<void>;
}

/** A client as its thread sees it. */
export type ThreadClient = Pick<Connection, "recv" | "send" | "close">;

/** A thread that serves clients, as it sees itself. */
export interface ClientThread {
  /** The buffer to receive into. */
  readonly buffer: Uint8Array;
  /** Takes a client out of the queue and waits if it is empty; `null` when there will be none. */
  take(): ThreadClient | null | Promise<ThreadClient | null>;
  newSession(): Session;
  /** Puts this thread, and no other, to sleep. */
  sleep(ms: number): void;
  /** Reports why the client was let go. */
  clientFailed(error: unknown): void;
}
