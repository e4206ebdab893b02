/**
 * Children that are forked before clients come, and serve many each, as the page of a model sees them.
 *
 * @module
 */

import type { Connection, Listener } from "../sockets/interface.ts";
import type { ServerContext } from "./context.ts";

/** The children, in the process that forks them. */
export interface PreforkedChildren {
  /** Whether the server is not stopping. */
  readonly serving: boolean;
  /** Whether there are fewer children than `--workers`; not for a second after the system has refused one. */
  readonly isOneMissing: boolean;
  /**
   * fork(2). A failure is reported.
   *
   * @returns in the child, what it has; in the parent, `undefined`
   */
  fork(): PreforkedChild | undefined;
  /** Blocks until a child has ended, which it waits for, wait(2), or the server is stopping. */
  wait(): void;
  /**
   * {@linkcode wait}, or until a client comes while a child is free.
   *
   * @returns the client, to be passed; `null` when there is none
   */
  accept(): Connection | null;
  /** Sends the connection to a free child, SCM_RIGHTS of unix(7), and closes the parent's copy. */
  pass(connection: Connection): void;
  /** Blocks until the last child has ended. */
  waitForAll(): void;
}

/** A child, as it sees itself. */
export interface PreforkedChild {
  /** Its own: what it counts, traces and reports is that of this process. */
  readonly context: ServerContext;
  /** The parent's listener, which all children have inherited. */
  readonly listener: Listener;
  /** To receive into. */
  readonly buffer: Uint8Array;
  /** Blocks until no other child has the lock, fcntl(2), or the server is stopping. */
  lock(): void;
  unlock(): void;
  /** Tells the parent that this child is free, and blocks until it passes a client; `null` at the end. */
  receiveClient(): Connection | null;
  /** Reports what went wrong beyond a client. */
  failed(error: unknown): void;
  /** Ends the process, _exit(2). */
  exit(): never;
}
