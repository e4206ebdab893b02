/**
 * What a connection, the reactor and the listener of the `libc` socket kind need of each other.
 *
 * @module
 */

import type { ClientTable } from "./client_table.ts";
import type { Connection, Pollable } from "../interface.ts";
import type { Observer } from "../observer.ts";
import type { SystemCalls } from "../../system/system_calls.ts";

/** What a connection needs of the thread that it lives in. */
export interface ConnectionContext {
  readonly calls: SystemCalls;
  readonly observer: Observer;
  readonly table: ClientTable;
  /** The number of the thread, which a call on a connection may block. */
  readonly thread: number;
  /** Grows with each wait for several connections: how much one of them may move begins anew. */
  readonly turn: number;
  /** Has the thread's readiness call look for connections that the server has told to end. */
  wake(): void;
  /**
   * Waits until `fd` is ready for `events`, and hears what else concerns the thread meanwhile. Without it,
   * calls block. It may end early.
   */
  waitFor?(fd: number, events: number): void | Promise<void>;
  /** Ends {@linkcode waitFor}. */
  interruptWait(): void;
  /** Where `tryRecv` receives for all connections of the thread. */
  readonly buffer: {
    readonly bytes: Uint8Array<ArrayBuffer>;
    view(countBytes: number): Uint8Array;
  };
  /** The descriptor is free again. */
  released(connection: WatchedConnection): void;
  /** Looks after a closed connection until {@linkcode WatchedConnection.lookForEnd} is done. */
  linger(connection: WatchedConnection, untilMs: number): void;
}

/** A socket of this kind as a readiness call sees it. */
export interface LibcPollable extends Pollable {
  /** The descriptor to watch, or -1 while there is nothing to be watched. */
  readonly descriptor: number;
  /** `list` watches this socket for `events`, a set of `EPOLL…` bits; `undefined`: no longer. */
  watchedBy?(list: WatchingList | undefined, events: number): void;
}

/** A connection as the reactor sees it. */
export interface WatchedConnection extends Connection {
  /** See {@linkcode LibcPollable}. */
  readonly descriptor: number;
  /** An interest list reports it. */
  reported(hungUp: boolean): void;
  /** Of a closed connection: gives back its descriptor if the client has ended, or it is late. */
  lookForEnd(untilMs: number): void;
  /** {@linkcode lookForEnd} until it is found, which blocks the thread. */
  waitForEnd(untilMs: number): void;
}

/** A listener as the reactor sees it. */
export interface WatchedListener {
  /** Whether this thread waits in `accept`, and so has one client at a time. */
  readonly blocks: boolean;
  /** Whether accepting rests, for want of descriptors. */
  readonly isResting: boolean;
  /** Whether no client will come any more. */
  readonly isOver: boolean;
  /** How long accepting still rests, in milliseconds; `Infinity` when it does not. */
  restMs(): number;
  /** A connection has given back its descriptor, so accepting goes on. */
  resume(): void;
  /** Ends accepting. */
  stop(): void;
}

/** An interest list as the sockets see it that it watches. */
export interface WatchingList {
  /** Reports the descriptor anew if it is ready: it was left before it would have blocked. */
  lookAgain(fd: number): void;
  /** Reports the descriptor no more until {@linkcode lookAgain}. */
  lookAway(fd: number): void;
}

/**
 * A socket of this kind as a readiness call sees it.
 *
 * @throws {Error} when `socket` is of another kind
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const socket = { kind: "connection" as const, descriptor: 5 };
 * assertEquals(asLibcPollable(socket).descriptor, 5);
 * ```
 */
export function asLibcPollable(socket: Pollable): LibcPollable {
  if (!("descriptor" in socket)) throw new Error("a socket of another kind");
  // The property is only declared there.
  return socket as LibcPollable;
}
