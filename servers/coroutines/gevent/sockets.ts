import type { Greenlet } from "./greenlet.ts";
import { type Loop, sleep } from "./hub.ts";
import { type Coroutine, DONE_ALREADY, getcurrent, park, type Parking, type Wait } from "./park.ts";
import { EPOLLERR, EPOLLET, EPOLLIN, EPOLLOUT, formatAddress } from "../../sockets/interface.ts";
import type { Connecting, Connection, InterestList } from "../../sockets/interface.ts";
import { ConnectFailed, type Listener, type Pollable } from "../../sockets/interface.ts";
import { type Sockets, WOULD_BLOCK } from "../../sockets/interface.ts";
import { sendSome } from "../../sockets/send_some.ts";

/**
 * A hub's loop over the readiness call of sockets: it wakes greenlets whose socket has become ready.
 *
 * Each socket is watched edge-triggered in both directions, once and for all, epoll(7). That asks
 * whoever waits to try first, and to wait only when the socket would block; and it costs no call for
 * any of the waits.
 */
export class SocketLoop implements Loop {
  readonly isWatching = true;
  readonly #sockets: Pick<Sockets, "epoll" | "connect">;
  readonly #interests: InterestList;
  readonly #watches = new Map<Pollable, Watch>();

  constructor(sockets: Pick<Sockets, "epoll" | "connect">) {
    this.#sockets = sockets;
    this.#interests = sockets.epoll();
  }

  nowMs(): number {
    return performance.now();
  }

  async wait(timeoutMs: number): Promise<void> {
    for (const { target, events } of await this.#interests.wait(timeoutMs)) {
      this.#watches.get(target)?.became(events);
    }
  }

  /** Watches a socket until it is closed. */
  watch(socket: Pollable): Watch {
    const watch = new Watch();
    this.#interests.add(socket, EPOLLIN | EPOLLOUT | EPOLLET);
    this.#watches.set(socket, watch);
    return watch;
  }

  /** The socket is closed, or about to be. */
  forget(socket: Pollable): void {
    this.#watches.delete(socket);
  }

  /**
   * Connects to a server.
   *
   * @throws {ConnectFailed} when none of its addresses can be reached
   */
  *connect(host: string, port: number, recvSizeBytes = 16_384): Coroutine<GeventSocket> {
    let failure: unknown = new ConnectFailed(`${host}: no address`);
    for (const connecting of this.#sockets.connect({ host, port, recvSizeBytes })) {
      try {
        return new GeventSocket(this, yield* this.#connected(connecting));
      } catch (error) {
        if (!(error instanceof ConnectFailed)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  *#connected(connecting: Connecting): Coroutine<Connection> {
    const { writable } = this.watch(connecting);
    let isWritable = false;
    try {
      yield* writable.wait();
      isWritable = true;
    } finally {
      this.#interests.remove(connecting);
      this.forget(connecting);
      if (!isWritable) connecting.close(); // it took too long for whoever waited
    }
    return connecting.finish();
  }
}

/** Who waits for a socket: one to receive or to accept, and one to send. */
class Watch {
  readonly readable = new Direction();
  readonly writable = new Direction();

  became(events: number): void {
    if ((events & (EPOLLIN | EPOLLERR)) !== 0) this.readable.wake();
    if ((events & (EPOLLOUT | EPOLLERR)) !== 0) this.writable.wake();
  }
}

class Direction implements Parking {
  #greenlet: Greenlet | undefined = undefined;

  /** @throws {Error} when another greenlet waits already: two would tear the stream between them */
  wait(): Wait {
    if (this.#greenlet !== undefined) throw new Error(`${this.#greenlet} waits for this socket`);
    this.#greenlet = getcurrent();
    return park(this);
  }

  wake(): void {
    const greenlet = this.#greenlet;
    this.#greenlet = undefined;
    greenlet?.resume();
  }

  forget(): void {
    this.#greenlet = undefined;
  }
}

/** A listening socket whose `accept` waits by switching to another greenlet. */
export class GeventListener {
  readonly #loop: SocketLoop;
  readonly #listener: Listener;
  readonly #watch: Watch;

  constructor(loop: SocketLoop, listener: Listener) {
    this.#loop = loop;
    this.#listener = listener;
    this.#watch = loop.watch(listener);
  }

  /** Waits for the next client. */
  *accept(): Coroutine<GeventSocket> {
    let connection: Connection | null;
    while ((connection = this.#listener.tryAccept()) === null) yield* this.#watch.readable.wait();
    return new GeventSocket(this.#loop, connection);
  }
}

/** How often one receives without having to wait, before all others go on. */
const MOST_IN_A_ROW = 16;

/** A connected socket whose calls wait by switching to another greenlet. */
export class GeventSocket {
  readonly connection: Connection;
  readonly #loop: SocketLoop;
  readonly #watch: Watch;
  #recvsInARow = 0;

  constructor(loop: SocketLoop, connection: Connection) {
    this.connection = connection;
    this.#loop = loop;
    this.#watch = loop.watch(connection);
  }

  /** `127.0.0.1:50216`, who is at the other end. */
  toString(): string {
    return formatAddress(this.connection.peer);
  }

  /**
   * Waits for bytes.
   *
   * @returns at most `sizeBytes`, none at the end of the stream. They are lent until this greenlet
   *   waits: other sockets are received into the same memory.
   * @throws {ConnectionReset} when the other side reset the connection
   */
  *recv(sizeBytes: number): Coroutine<Uint8Array> {
    if (++this.#recvsInARow > MOST_IN_A_ROW) yield* this.#letOthersGoOn();
    let bytes: Uint8Array | typeof WOULD_BLOCK;
    while ((bytes = this.connection.tryRecv(sizeBytes)) === WOULD_BLOCK) {
      this.#recvsInARow = 0;
      yield* this.#watch.readable.wait();
    }
    return bytes;
  }

  #letOthersGoOn(): Wait {
    this.#recvsInARow = 0;
    return sleep(0);
  }

  /**
   * Waits until the socket took all of `bytes`.
   *
   * @throws {ConnectionReset} when the other side is gone
   */
  send(bytes: Uint8Array): Wait | Coroutine {
    const unsent = sendSome(this.connection, bytes);
    // Others may receive meanwhile into the memory that `bytes` is lent from, so the rest is a copy.
    return unsent.length === 0 ? DONE_ALREADY : this.#sendRest(unsent.slice());
  }

  *#sendRest(rest: Uint8Array): Coroutine {
    for (let unsent = rest; unsent.length > 0; unsent = sendSome(this.connection, unsent)) {
      yield* this.#watch.writable.wait();
    }
  }

  /** Ends the connection once what it took is sent. Closing twice is harmless. */
  close(): void {
    this.#loop.forget(this.connection);
    this.connection.close();
    this.#watch.became(EPOLLERR); // whoever still waits for it need not wait any longer
  }
}
