import { getcurrent } from "./greenlet.ts";
import { hasTimers, type Loop } from "./loop.ts";
import { Attempts, checkedWait, checkWaits, type Coroutine, DONE_ALREADY } from "./park.ts";
import type { Wait } from "./park.ts";
import { type Count, Watch } from "./watch.ts";
import { EPOLLERR, EPOLLET, EPOLLIN, EPOLLOUT, formatAddress } from "../../sockets/interface.ts";
import type { Connecting, Connection, InterestList } from "../../sockets/interface.ts";
import { ConnectFailed, type Listener, type Pollable } from "../../sockets/interface.ts";
import { type Sockets, WOULD_BLOCK } from "../../sockets/interface.ts";
import { sendSome } from "../../loop/clients.ts";

/** Thrown by a call on a socket that this side has closed, or closes while the call waits. */
export class SocketClosed extends Error {
  override readonly name = "SocketClosed";
  readonly code = "EBADF";

  constructor() {
    super("this side has closed the socket");
  }
}

/** What a hub's loop needs of a kind of sockets. */
type LoopSockets = Pick<Sockets, "epoll" | "connect" | "clock" | "wake">;

/**
 * A hub's loop over epoll: it resumes the greenlets whose socket has become ready.
 *
 * It registers each socket once, edge-triggered for both directions, epoll(7). So a greenlet must try
 * first and wait only when the socket would block, and no wait costs a system call of its own.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { DenoSockets } from "../../sockets/deno/sockets.ts";
 * import { UNOBSERVED } from "../../sockets/observer.ts";
 * import { Hub, spawn } from "./mod.ts";
 * const sockets = new DenoSockets(UNOBSERVED);
 * const options = { host: "127.0.0.1", port: 0, backlog: 8, recvSizeBytes: 16 };
 * const server = sockets.listen({ ...options, maxClients: 8, descriptorsBelow: Infinity });
 * const loop = new SocketLoop(sockets);
 * const hub = new Hub(loop, { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   const listener = new GeventListener(loop, server);
 *   const accepting = spawn(() => listener.accept());
 *   const socket = yield* loop.connect("127.0.0.1", server.address.port);
 *   const client = yield* accepting.get();
 *   yield* socket.send(Uint8Array.of(1, 2, 3));
 *   if (client instanceof GeventSocket) assertEquals((yield* client.recv(16)).length, 3);
 * });
 * sockets.stopListening();
 * for (const connection of sockets.connections) connection.close();
 * ```
 */
export class SocketLoop implements Loop {
  readonly #sockets: LoopSockets;
  readonly #interests: InterestList;
  readonly #watches = new Map<Pollable, Watch>();
  readonly #waiting: Count = { count: 0 };
  /** Whether it waits in such a way that callbacks of JavaScript's run meanwhile. */
  #isAsleep = false;
  /** Read each time that a greenlet has run. */
  readonly #clock: { now(): number };

  static {
    checkWaits(this, "connect");
  }

  /** @param sockets the kind of sockets, whose `epoll` is the hub's only wait */
  constructor(sockets: LoopSockets) {
    this.#sockets = sockets;
    this.#clock = sockets.clock ?? performance;
    this.#interests = sockets.epoll();
  }

  /** Whether a greenlet waits for a socket. Events of other sockets resume nothing. */
  get isWatching(): boolean {
    return this.#waiting.count > 0;
  }

  nowMs(): number {
    return this.#clock.now();
  }

  async wait(timeoutMs: number, hears = false): Promise<void> {
    this.#isAsleep = true;
    let leftMs = timeoutMs;
    if (hears && this.#interests.waitAside !== undefined) {
      await this.#interests.waitAside(timeoutMs);
      leftMs = 0;
    }
    const ready = await this.#interests.wait(leftMs);
    this.#isAsleep = false;
    for (const { target, events } of ready) this.#watches.get(target)?.became(events);
  }

  wake(): void {
    if (this.#isAsleep) this.#sockets.wake();
  }

  get hasTimers(): boolean {
    return hasTimers();
  }

  /** Registers a socket, until it is closed. */
  watch(socket: Pollable): Watch {
    const watch = new Watch(this.#waiting);
    this.#interests.add(socket, EPOLLIN | EPOLLOUT | EPOLLET);
    this.#watches.set(socket, watch);
    return watch;
  }

  /** Drops a socket that is closed, or about to be. */
  forget(socket: Pollable): void {
    this.#watches.delete(socket);
  }

  /**
   * Connects to a server.
   *
   * @throws {ConnectFailed} when it can connect to none of the addresses of `host`
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
      if (!isWritable) connecting.close(); // the greenlet stopped waiting, as after a timeout
    }
    return connecting.finish();
  }
}

/** A listening socket whose `accept` waits by switching to another greenlet. */
export class GeventListener {
  readonly #watch: Watch;

  static {
    checkWaits(this, "accept");
  }

  /** @param loop of the hub that runs the accepting greenlet */
  constructor(private readonly loop: SocketLoop, private readonly listener: Listener) {
    this.#watch = loop.watch(listener);
  }

  /** Waits for the next client. */
  *accept(): Coroutine<GeventSocket> {
    let connection: Connection | null;
    while ((connection = this.listener.tryAccept()) === null) yield* this.#watch.readable.wait();
    return new GeventSocket(this.loop, connection);
  }
}

/** A greenlet that receives more often in a row, without having to wait, lets the others run first. */
const MAX_IN_A_ROW = 16;

/** The wait of {@linkcode GeventSocket.recv}. */
class Receiving extends Attempts<Uint8Array> {
  sizeBytes = 0;

  constructor(private readonly socket: GeventSocket) {
    super();
  }

  protected override attempt(): Uint8Array | undefined {
    return this.socket.receiveOrPark(this.sizeBytes);
  }
}

function receiveNothing(sizeBytes: number): Uint8Array {
  if (sizeBytes !== 0) throw new RangeError(`${sizeBytes} bytes cannot be received`);
  return new Uint8Array(0);
}

/** A connected socket whose calls wait by switching to another greenlet. */
export class GeventSocket {
  readonly #watch: Watch;
  readonly #receiving = new Receiving(this);
  #recvsInARow = 0;
  #isClosed = false;

  static {
    checkWaits(this, "recv", "send");
  }

  /** @param loop of the hub that runs the greenlets that use it */
  constructor(private readonly loop: SocketLoop, readonly connection: Connection) {
    this.#watch = loop.watch(connection);
  }

  /** The address of the other end, as in `127.0.0.1:50216`. */
  toString(): string {
    return formatAddress(this.connection.peer);
  }

  /**
   * Waits for bytes.
   *
   * @param sizeBytes with 0, it waits for nothing and receives nothing
   * @returns at most `sizeBytes`, none at the end of the stream. This is a borrowed view: copy what
   *   you need beyond the next wait, since other sockets receive into the same memory.
   * @throws {ConnectionReset} when the other side reset the connection
   * @throws {SocketClosed} when this side has closed it
   * @throws {RangeError} when `sizeBytes` is negative or NaN
   */
  recv(sizeBytes: number): Wait<Uint8Array> {
    const receiving = this.#receiving.isTaken ? new Receiving(this) : this.#receiving;
    receiving.sizeBytes = sizeBytes;
    return receiving;
  }

  /** For {@linkcode Receiving}. @returns `undefined` when the greenlet is parked */
  receiveOrPark(sizeBytes: number): Uint8Array | undefined {
    if (sizeBytes > 0 && this.#recvsInARow === MAX_IN_A_ROW) {
      this.#recvsInARow = 0;
      getcurrent().yieldTurn();
      return undefined;
    }
    this.#mustBeOpen();
    if (!(sizeBytes > 0)) return receiveNothing(sizeBytes);
    const bytes = this.connection.tryRecv(sizeBytes);
    if (bytes !== WOULD_BLOCK) {
      this.#recvsInARow++;
      return bytes;
    }
    this.#recvsInARow = 0;
    this.#watch.readable.wait();
    return undefined;
  }

  /**
   * Waits until the send buffer has taken all of `bytes`.
   *
   * @throws {ConnectionReset} when the other side has closed or reset the connection
   * @throws {SocketClosed} when this side has closed it
   */
  send(bytes: Uint8Array): Wait {
    this.#mustBeOpen();
    const unsent = sendSome(this.connection, bytes);
    // `bytes` may be a borrowed view of memory that others receive into meanwhile: copy the rest.
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
   * Closes the connection; bytes in the send buffer are still sent. Greenlets that wait for the
   * socket get {@linkcode SocketClosed}. Closing twice is harmless.
   */
  close(): void {
    this.#isClosed = true;
    this.loop.forget(this.connection);
    this.connection.close();
    this.#watch.became(EPOLLERR);
  }
}
