/**
 * Threads that serve clients, as a model asks for them and sees them from either side.
 *
 * @module
 */

import type { Session } from "../handlers/session.ts";
import type { Connection } from "../sockets/interface.ts";

/** The threads that a model wants. Plain data: it crosses to the supervisor. */
export interface ThreadPlan {
  /** How many wait for a client that has yet to come, as far as `most` allows. */
  readonly spare: number;
  /**
   * How many that have served a client may wait for the next one, but no more than were ever busy at
   * once. With 0, a thread ends with its client.
   */
  readonly keep: number;
  /** How many there may be. */
  readonly most: number;
  /** How many clients may wait for a thread while there are `most`. */
  readonly queue: number;
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
export type ThreadClient = Pick<Connection, "recv" | "send" | "close" | "interruptBy">;

/** A thread that serves clients, as it sees itself. */
export interface ClientThread {
  /** The buffer to receive into. */
  readonly buffer: Uint8Array;
  /**
   * Takes a client out of the queue, and waits for one if it is empty; `null` when this thread is not
   * kept, or there will be no more clients.
   */
  take(): ThreadClient | null | Promise<ThreadClient | null>;
  newSession(): Session;
  /** Puts this thread, and no other, to sleep. */
  sleep(ms: number): void;
  /** Reports why the client was let go. */
  clientFailed(error: unknown): void;
}

/**
 * How many threads there should be.
 *
 * @param unfinished how many clients are served or wait for a thread
 * @param spare how many threads are to wait for a client
 */
export function wantedThreads({ most }: ThreadPlan, unfinished: number, spare: number): number {
  return Math.min(most, unfinished + spare);
}
