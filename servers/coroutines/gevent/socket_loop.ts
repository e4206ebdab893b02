import { GeventSocket } from "./socket.ts";
import { hasTimers, type Loop } from "./loop.ts";
import { checkWaits, type Coroutine } from "./park.ts";
import { type Count, Watch, type Watching } from "./watch.ts";
import { EPOLLET, EPOLLIN, EPOLLOUT } from "../../sockets/interface.ts";
import type { Connecting, Connection, InterestList, ReadyEvent } from "../../sockets/interface.ts";
import { ConnectFailed, type Pollable, type Sockets } from "../../sockets/interface.ts";

/** How many waits in a row may find something before callbacks of JavaScript's get their turn. */
const WAITS_PER_TURN = 16;

/** What a hub's loop needs of a kind of sockets. */
type LoopSockets = Pick<Sockets, "epoll" | "connect" | "clock" | "interruptWait">;

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
 * import { GeventListener, GeventSocket, Hub, spawn } from "./mod.ts";
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
export class SocketLoop implements Loop, Watching {
  readonly #sockets: LoopSockets;
  readonly #interests: InterestList;
  readonly #watches = new Map<Pollable, Watch>();
  readonly #waiting: Count = { count: 0 };
  /** How often it has waited without letting callbacks of JavaScript's run. */
  #waitsInARow = 0;
  /** Whether it waits in such a way that callbacks of JavaScript's run meanwhile. */
  #isAsleep = false;
  /** Whether a greenlet can go on that could not when the wait began. */
  #isWoken = false;
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
    this.#isWoken = false;
    const events = hears ? await this.#hear(timeoutMs) : await this.#interests.wait(timeoutMs);
    this.#isAsleep = false;
    for (const { target, events: bits } of events) this.#watches.get(target)?.became(bits);
  }

  /** Waits, and lets callbacks of JavaScript's run: at once, unless there is so much else to do. */
  async #hear(timeoutMs: number): Promise<ReadyEvent[]> {
    const interests = this.#interests;
    if (interests.waitAside === undefined) return await interests.wait(timeoutMs);
    if (++this.#waitsInARow < WAITS_PER_TURN) {
      const events = await interests.wait(0);
      if (events.length > 0 || timeoutMs === 0 || this.#isWoken) return events;
    }
    this.#waitsInARow = 0;
    await interests.waitAside(timeoutMs);
    return await interests.wait(0);
  }

  wake(): void {
    if (!this.#isAsleep) return;
    this.#isWoken = true;
    this.#sockets.interruptWait();
  }

  get hasTimers(): boolean | undefined {
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
