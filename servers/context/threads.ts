/**
 * Threads that serve clients: what a model asks for, and what it sees of them from either side.
 *
 * @module
 */

import type { Session } from "../handlers/session.ts";
import type { Connection } from "../sockets/interface.ts";

/**
 * After how long the threads that wait for clients are made up to their number again. Clients often
 * come many at a time, and it is for serving them that the CPUs are needed then.
 */
export const REFILL_PAUSE_MS = 50;

/** Which threads a model wants. */
export interface ThreadPlan {
  /** How many wait for a client beforehand. */
  readonly count: number;
  /** Whether a thread serves one client after another, or its one and then ends. */
  readonly clientsEach: "one" | "many";
}

/** The threads, as the one that accepts clients sees them. */
export interface Threads {
  /** Puts a client into the queue; whichever thread is free takes it. */
  put(connection: Connection): void;
  /** Waits until another client may be put. */
  room(): void | Promise<void>;
  /** Waits until all clients are served that were put, and ends the threads. */
  end(): void | Promise<void>;
}

/** A client as its thread sees it. */
export type ThreadClient = Pick<Connection, "recv" | "send" | "close">;

/** A thread that serves clients, as it sees itself. */
export interface ClientThread {
  /** To receive into. */
  readonly buffer: Uint8Array;
  /** Takes a client out of the queue and waits if it is empty; `null` when there will be none. */
  take(): ThreadClient | null | Promise<ThreadClient | null>;
  newSession(): Session;
  /** Puts this thread to sleep, and nobody else. */
  sleep(ms: number): void;
  /** Says why the client was let go. */
  clientFailed(error: unknown): void;
}
