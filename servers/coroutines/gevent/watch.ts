import { getcurrent, type Greenlet } from "./greenlet.ts";
import { park, type Parking, type Wait } from "./park.ts";
import { EPOLLERR, EPOLLIN, EPOLLOUT, type Pollable } from "../../sockets/interface.ts";

/** The number of greenlets that wait for the sockets of a loop. */
export interface Count {
  count: number;
}

/** What resumes the greenlets that wait for sockets. */
export interface Watching {
  /** Registers a socket, until it is closed. */
  watch(socket: Pollable): Watch;
  /** Drops a socket that is closed, or about to be. */
  forget(socket: Pollable): void;
}

/** The greenlets that wait for a socket: one to receive or to accept, and one to send. */
export class Watch {
  readonly readable: Direction;
  readonly writable: Direction;

  constructor(waiting: Count) {
    this.readable = new Direction(waiting);
    this.writable = new Direction(waiting);
  }

  became(events: number): void {
    if ((events & (EPOLLIN | EPOLLERR)) !== 0) this.readable.wake();
    if ((events & (EPOLLOUT | EPOLLERR)) !== 0) this.writable.wake();
  }
}

class Direction implements Parking {
  #greenlet: Greenlet | undefined = undefined;

  constructor(private readonly waiting: Count) {}

  /** @throws {Error} when another greenlet waits already: each would get parts of the stream */
  wait(): Wait {
    if (this.#greenlet !== undefined) throw new Error(`${this.#greenlet} waits for this socket`);
    this.#greenlet = getcurrent();
    this.waiting.count++;
    return park(this);
  }

  wake(): void {
    const greenlet = this.#greenlet;
    if (greenlet === undefined) return;
    this.forget();
    greenlet.resume();
  }

  /** Throws `error` in the greenlet that waits. */
  interrupt(error: Error): void {
    this.#greenlet?.throw(error);
  }

  forget(): void {
    this.#greenlet = undefined;
    this.waiting.count--;
  }
}
