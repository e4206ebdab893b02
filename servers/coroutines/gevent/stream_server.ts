import { Event } from "./event.ts";
import { spawn } from "./hub.ts";
import type { Greenlet } from "./greenlet.ts";
import { checkWaits, type Coroutine, type Wait } from "./park.ts";
import { Pool } from "./pool.ts";
import { SocketClosed } from "./socket_errors.ts";

/** What a server needs of a client's socket. */
interface Closable {
  close(): void;
}

/** What a server accepts clients from: a `GeventListener`, a `TlsListener`. */
interface Acceptor<Client extends Closable> {
  accept(): Wait<Client>;
  close(): void;
}

/** How long {@linkcode StreamServer.stop} waits for the clients, and then for those it has killed. */
const STOP_MS = 1_000;

/**
 * `gevent.server.StreamServer`: a greenlet for each client, which `handle` serves. Its socket is closed
 * when that returns or throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { DenoSockets } from "../../sockets/deno/sockets.ts";
 * import { UNOBSERVED } from "../../sockets/observer.ts";
 * import { GeventListener, Hub, SocketLoop } from "./mod.ts";
 * const sockets = new DenoSockets(UNOBSERVED);
 * const options = { host: "127.0.0.1", port: 0, backlog: 8, recvSizeBytes: 16 };
 * const listening = sockets.listen({ ...options, maxClients: 8, descriptorsBelow: Infinity });
 * const loop = new SocketLoop(sockets);
 * const hub = new Hub(loop, { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   const server = new StreamServer(new GeventListener(loop, listening), function* (client) {
 *     yield* client.makefile().write("hello\n");
 *   }, 100); // serves 100 clients at a time; more wait in the backlog
 *   server.start();
 *   const socket = yield* loop.connect("127.0.0.1", listening.address.port);
 *   assertEquals(yield* socket.makefile().readline(), "hello\n");
 *   socket.close();
 *   yield* server.stop();
 * });
 * sockets.stopListening();
 * await sockets.allClosed();
 * ```
 */
export class StreamServer<Client extends Closable> {
  readonly #pool: Pool | undefined;
  readonly #stopped = new Event();
  #accepting: Greenlet | undefined = undefined;

  static {
    checkWaits(this, "stop", "serveForever");
  }

  /**
   * @param limit how many clients it serves at a time, or the pool that has their greenlets; without it,
   *   there is no limit, and {@linkcode stop} leaves the clients alone. Python: `spawn`
   */
  constructor(
    private readonly listener: Acceptor<Client>,
    private readonly handle: (client: Client) => Wait<unknown>,
    limit?: number | Pool,
  ) {
    this.#pool = typeof limit === "number" ? new Pool(limit) : limit;
  }

  /** Whether it accepts clients. */
  get started(): boolean {
    return this.#accepting !== undefined && !this.closed;
  }

  /** Whether it was stopped: it listens no more. */
  get closed(): boolean {
    return this.#stopped.isSet;
  }

  /** Begins to accept clients. A second time, nothing happens. */
  start(): void {
    this.#accepting ??= spawn(() => this.#acceptAll());
  }

  *#acceptAll(): Coroutine {
    try {
      for (;;) {
        // Clients beyond the limit stay in the backlog.
        if (this.#pool !== undefined) yield* this.#pool.waitAvailable();
        const client = yield* this.listener.accept();
        if (this.#pool === undefined) spawn(serve, this.handle, client);
        else yield* this.#pool.spawn(serve, this.handle, client);
      }
    } catch (error) {
      if (!(error instanceof SocketClosed)) throw error;
    } finally {
      this.close();
    }
  }

  /** Stops listening, and leaves the clients alone. */
  close(): void {
    if (this.closed) return;
    this.listener.close();
    this.#stopped.set();
  }

  /**
   * {@linkcode close}, and waits until the clients of its pool are served; after `timeoutMs`, it ends
   * their greenlets.
   */
  *stop(timeoutMs = STOP_MS): Coroutine {
    this.close();
    if (this.#pool === undefined) return;
    yield* this.#pool.join({ timeoutMs });
    yield* this.#pool.kill(undefined, STOP_MS);
  }

  /** {@linkcode start}, and waits until it is stopped, and its clients with it. */
  *serveForever(timeoutMs = STOP_MS): Coroutine {
    this.start();
    try {
      yield* this.#stopped.wait();
    } finally {
      yield* spawn(() => this.stop(timeoutMs)).join(); // this greenlet may be one that is killed
    }
  }
}

function* serve<Client extends Closable>(
  handle: (client: Client) => Wait<unknown>,
  client: Client,
): Coroutine {
  try {
    yield* handle(client);
  } finally {
    client.close();
  }
}
