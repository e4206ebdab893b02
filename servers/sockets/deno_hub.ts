/**
 * What the parts of the `deno` socket kind share: who is watched, who must be woken, who reports.
 *
 * @module
 */

import type { Connection, Observer, Pollable } from "./interface.ts";

/** A socket of this kind as a readiness call sees it. */
export interface DenoPollable extends Pollable {
  /** The place in an interest list, if a `DenoEpoll` watches this socket. */
  registration: Registration | undefined;
  isReadable(): boolean;
  isWritable(): boolean;
  isFaulty(): boolean;
  /** Whether that operation is under way. */
  isArmed(): boolean;
  /** Starts the one operation whose completion will make this socket readable. */
  arm(): void;
}

/** A place in the interest list of an `Epoll`. */
export interface Registration {
  /** The socket has become ready in the way of `edges`, a set of `EPOLL…` bits. */
  signal(edges: number): void;
  /** The socket was read from; the next wait should arm it. */
  disarmed(): void;
}

/** How many readiness calls in a row may find something before Deno's event loop gets its turn. */
const CALLS_PER_TURN = 16;

/** The middle of the socket kind: one per engine. */
export class DenoHub {
  readonly connections = new Set<Connection>();
  readonly turn = new EventLoopTurn();
  readonly #released = new Set<() => void>();
  #sleeper: (() => void) | undefined;
  #callsSinceTurn = 0;

  constructor(readonly observer: Observer) {}

  /** Ends the wait of a readiness call, because something has become ready. */
  wake(): void {
    const sleeper = this.#sleeper;
    if (sleeper === undefined) return;
    this.#sleeper = undefined;
    sleeper();
  }

  /** Waits for {@linkcode wake}, at most `timeoutMs`. One may sleep at a time, as in one thread. */
  sleep(timeoutMs: number): Promise<void> {
    this.#callsSinceTurn = 0;
    return new Promise((resolve) => {
      if (timeoutMs === Infinity) {
        this.#sleeper = resolve;
        return;
      }
      const timer = setTimeout(() => this.wake(), timeoutMs);
      this.#sleeper = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /**
   * To be asked instead of sleeping, when something is ready already. One busy socket must not keep
   * Deno's event loop from seeing the others.
   */
  isTimeToTurn(): boolean {
    if (++this.#callsSinceTurn <= CALLS_PER_TURN) return false;
    this.#callsSinceTurn = 0;
    return true;
  }

  /** A connection has given back its descriptor. */
  release(connection: Connection): void {
    this.connections.delete(connection);
    for (const callback of this.#released) callback();
    this.#released.clear();
    this.wake();
  }

  /** Calls back once, when the next descriptor is given back. */
  onceReleased(callback: () => void): void {
    this.#released.add(callback);
  }

  /** Tells whoever watches `socket` that it has become ready. */
  signal(socket: DenoPollable, edges: number): void {
    if (socket.registration !== undefined) socket.registration.signal(edges);
    else this.wake();
  }
}

/** Lets Deno's event loop turn, so that finished operations are seen. */
export class EventLoopTurn {
  readonly #channel = new MessageChannel();
  #resolve: () => void = () => {};

  constructor() {
    // A message to oneself is the cheapest turn there is: timers round up to a millisecond.
    this.#channel.port1.onmessage = () => this.#resolve();
  }

  take(): Promise<void> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#channel.port2.postMessage(null);
    });
  }

  close(): void {
    this.#resolve();
    this.#channel.port1.close();
    this.#channel.port2.close();
  }
}
