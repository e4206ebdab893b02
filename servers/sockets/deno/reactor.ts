/**
 * What the parts of the `deno` socket kind share: the connections, the waiting loop, the observer.
 *
 * @module
 */

import { type Connection, LONGEST_WAIT_MS, type Pollable } from "../interface.ts";
import { ClientCount } from "../client_count.ts";
import type { Observer } from "../observer.ts";

/** A socket of this kind as a readiness call sees it. */
export interface DenoPollable extends Pollable, Armable {
  /** The place in the interest list that watches this socket, if one does. */
  registration: Registration | undefined;
  /** The number of the last look at it, by which one that is in two sets is seen to be the same. */
  look: number;
  /** Which of `asked`, a set of `EPOLLIN`, `EPOLLOUT` and `EPOLLERR`, hold. */
  holds(asked: number): number;
  /** Whether that operation is under way. */
  isArmed(): boolean;
}

/** Something to do before Deno's event loop gets its turn. */
export interface Armable {
  /** Starts the one operation whose completion will make the socket readable. */
  arm(): void;
}

/** A place in an interest list. */
export interface Registration {
  /** The socket has become ready in the way of `edges`, a set of `EPOLL…` bits. */
  signal(edges: number): void;
  /** The socket was read from; the next wait should arm it. */
  disarmed(): void;
}

/** How many readiness calls in a row may find something before Deno's event loop gets its turn. */
const CALLS_PER_TURN = 16;

/** The middle of the socket kind: one per server. */
export class DenoReactor {
  readonly connections = new Set<Connection>();
  readonly turn = new EventLoopTurn();
  readonly #released = new Set<() => void>();
  #sleeper: (() => void) | undefined;
  #callsSinceTurn = 0;

  /** @param count of the clients of the server, which may have more than one reactor */
  constructor(readonly observer: Observer, readonly count: ClientCount = new ClientCount()) {}

  /** Ends the wait of a readiness call, because something has become ready. */
  wake(): void {
    const sleeper = this.#sleeper;
    if (sleeper === undefined) return;
    this.#sleeper = undefined;
    sleeper();
  }

  /** {@linkcode Sockets.interruptWait} */
  interruptWait(): void {
    this.wake();
  }

  /**
   * What a readiness call does between looking and returning. It sleeps if nothing is ready. Otherwise
   * it lets Deno's event loop turn from time to time, so that one busy socket does not hide the others.
   *
   * It arms the sockets in `toArm` only then. A read that begins before the answer is written would be
   * polled in vain, and the answer would wait for that.
   *
   * @returns `undefined` when there is nothing to wait for
   */
  rest(isReady: boolean, toArm: Armable[], timeoutMs: number): Promise<void> | undefined {
    if (isReady && ++this.#callsSinceTurn <= CALLS_PER_TURN) return undefined;
    if (!isReady && this.connections.size === 0) this.observer.waiting();
    for (const one of toArm) one.arm();
    toArm.length = 0;
    this.#callsSinceTurn = 0;
    return isReady || timeoutMs === 0 ? this.turn.take() : this.#sleep(timeoutMs);
  }

  /** Waits for {@linkcode wake}, at most `timeoutMs`. One may sleep at a time, as in one thread. */
  #sleep(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (timeoutMs === Infinity) {
        this.#sleeper = resolve;
        return;
      }
      // Before the timer: the first one of a thread loads code, which lets promises settle meanwhile.
      this.#sleeper = resolve;
      const timer = setTimeout(() => this.wake(), Math.min(timeoutMs, LONGEST_WAIT_MS));
      if (this.#sleeper === undefined) return clearTimeout(timer);
      this.#sleeper = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** A connection has given back its descriptor. */
  release(connection: Connection): void {
    if (this.connections.delete(connection)) this.count.leave();
    const callbacks = [...this.#released];
    this.#released.clear();
    for (const callback of callbacks) callback();
    this.wake();
  }

  /** Calls back once, when the next descriptor is given back, however often it was asked to. */
  onceReleased(callback: () => void): void {
    this.#released.add(callback);
  }

  /**
   * Reports to the interest list that watches `socket`, if one does, that it has become ready.
   *
   * @param edges a set of `EPOLL…` bits
   */
  signal(socket: DenoPollable, edges: number): void {
    if (socket.registration !== undefined) socket.registration.signal(edges);
    else this.wake();
  }
}

/**
 * A socket of this kind as a readiness call sees it.
 *
 * @throws {Error} when `socket` is of another kind
 */
export function asDenoPollable(socket: Pollable): DenoPollable {
  if (!("registration" in socket)) throw new Error("a socket of another kind");
  // The property is only declared there.
  return socket as DenoPollable;
}

/**
 * Lets Deno's event loop turn, so that finished operations are seen.
 *
 * @example
 * ```ts
 * const turn = new EventLoopTurn();
 * await turn.take(); // finished operations have been seen
 * turn.close();
 * ```
 */
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
