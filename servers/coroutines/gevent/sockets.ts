import { getcurrent, type Greenlet } from "./greenlet.ts";
import type { Loop } from "./loop.ts";
import { checkedWait, checkWaits, type Coroutine, DONE_ALREADY, park } from "./park.ts";
import type { Parking, Wait } from "./park.ts";
import { EPOLLERR, EPOLLET, EPOLLIN, EPOLLOUT, formatAddress } from "../../sockets/interface.ts";
import type { Connecting, Connection, InterestList } from "../../sockets/interface.ts";
import { ConnectFailed, type Listener, type Pollable } from "../../sockets/interface.ts";
import { type Sockets, WOULD_BLOCK } from "../../sockets/interface.ts";
import { sendSome } from "../../sockets/send_some.ts";

/** A call on a socket that this side has closed, or closes while a greenlet waits in the call. */
export class SocketClosed extends Error {
  override readonly name = "SocketClosed";
  readonly code = "EBADF";

  constructor() {
    super("this side has closed the socket");
  }
}

/**
 * A hub's loop over the readiness call of sockets: it wakes greenlets whose socket has become ready.
 *
 * Each socket is watched edge-triggered in both directions, once and for all, epoll(7). That asks
 * whoever waits to try first, and to wait only when the socket would block; and it costs no call for
 * any of the waits.
 */
export class SocketLoop implements Loop {
  readonly #sockets: Pick<Sockets, "epoll" | "connect">;
  readonly #interests: InterestList;
  readonly #watches = new Map<Pollable, Watch>();
  readonly #waiting: Count = { count: 0 };

  static {
    checkWaits(this, "connect");
  }

  constructor(sockets: Pick<Sockets, "epoll" | "connect">) {
    this.#sockets = sockets;
    this.#interests = sockets.epoll();
  }

  /** A socket that no greenlet waits for has nobody to go on, whatever happens to it. */
  get isWatching(): boolean {
    return this.#waiting.count > 0;
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
    const watch = new Watch(this.#waiting);
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

/** How many greenlets wait for the sockets of a loop. */
interface Count {
  count: number;
}

/** The greenlets that wait for a socket: one to receive or to accept, and one to send. */
class Watch {
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
  readonly #waiting: Count;
  #greenlet: Greenlet | undefined = undefined;

  constructor(waiting: Count) {
    this.#waiting = waiting;
  }

  /** @throws {Error} when another greenlet waits already: two would tear the stream between them */
  wait(): Wait {
    if (this.#greenlet !== undefined) throw new Error(`${this.#greenlet} waits for this socket`);
    this.#greenlet = getcurrent();
    this.#waiting.count++;
    return park(this);
  }

  wake(): void {
    const greenlet = this.#greenlet;
    if (greenlet === undefined) return;
    this.forget();
    greenlet.resume();
  }

  forget(): void {
    this.#greenlet = undefined;
    this.#waiting.count--;
  }
}

/** A listening socket whose `accept` waits by switching to another greenlet. */
export class GeventListener {
  readonly #loop: SocketLoop;
  readonly #listener: Listener;
  readonly #watch: Watch;

  static {
    checkWaits(this, "accept");
  }

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
const MAX_IN_A_ROW = 16;

/** A connected socket whose calls wait by switching to another greenlet. */
export class GeventSocket {
  readonly connection: Connection;
  readonly #loop: SocketLoop;
  readonly #watch: Watch;
  #recvsInARow = 0;
  #isClosed = false;

  static {
    checkWaits(this, "recv", "send");
  }

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
   * @param sizeBytes with 0, it waits for nothing and receives nothing
   * @returns at most `sizeBytes`, none at the end of the stream. They are lent until this greenlet
   *   waits: other sockets are received into the same memory.
   * @throws {ConnectionReset} when the other side reset the connection
   * @throws {SocketClosed} when this side has closed it
   * @throws {RangeError} when `sizeBytes` is negative or NaN
   */
  *recv(sizeBytes: number): Coroutine<Uint8Array> {
    if (!(sizeBytes > 0)) return this.#recvNothing(sizeBytes);
    if (++this.#recvsInARow > MAX_IN_A_ROW) yield* this.#letOthersGoOn();
    for (;;) {
      this.#mustBeOpen();
      const bytes = this.connection.tryRecv(sizeBytes);
      if (bytes !== WOULD_BLOCK) return bytes;
      this.#recvsInARow = 0;
      yield* this.#watch.readable.wait();
    }
  }

  #recvNothing(sizeBytes: number): Uint8Array {
    this.#mustBeOpen();
    if (sizeBytes !== 0) throw new RangeError(`${sizeBytes} bytes cannot be received`);
    return new Uint8Array(0);
  }

  #letOthersGoOn(): Wait {
    this.#recvsInARow = 0;
    return getcurrent().yieldTurn();
  }

  /**
   * Waits until the socket took all of `bytes`.
   *
   * @throws {ConnectionReset} when the other side is gone
   * @throws {SocketClosed} when this side has closed it
   */
  send(bytes: Uint8Array): Wait {
    this.#mustBeOpen();
    const unsent = sendSome(this.connection, bytes);
    // Others may receive meanwhile into the memory that `bytes` is lent from, so the rest is a copy.
    return unsent.length === 0 ? DONE_ALREADY : GeventSocket.#sendRest(this, unsent.slice());
  }

  static readonly #sendRest = checkedWait(
    function* (socket: GeventSocket, rest: Uint8Array): Coroutine {
      for (let unsent = rest; unsent.length > 0; unsent = sendSome(socket.connection, unsent)) {
        yield* socket.#watch.writable.wait();
        socket.#mustBeOpen();
      }
    },
  );

  #mustBeOpen(): void {
    if (this.#isClosed) throw new SocketClosed();
  }

  /**
   * Ends the connection once what it took is sent. Greenlets that wait for it get
   * {@linkcode SocketClosed}. Closing twice is harmless.
   */
  close(): void {
    this.#isClosed = true;
    this.#loop.forget(this.connection);
    this.connection.close();
    this.#watch.became(EPOLLERR);
  }
}
