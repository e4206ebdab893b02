import { checkWaits, type Coroutine } from "./park.ts";
import { GeventSocket } from "./socket.ts";
import { SocketClosed } from "./socket_errors.ts";
import { inTime } from "./stream_socket.ts";
import type { Watch, Watching } from "./watch.ts";
import { type Address, EPOLLERR, type Listener } from "../../sockets/interface.ts";

/** A listening socket whose `accept` waits by switching to another greenlet. */
export class GeventListener {
  readonly #watch: Watch;
  #timeoutMs = Infinity;
  #isClosed = false;

  static {
    checkWaits(this, "accept");
  }

  /** @param loop of the hub that runs the accepting greenlet */
  constructor(private readonly loop: Watching, private readonly listener: Listener) {
    this.#watch = loop.watch(listener);
  }

  /** Where clients connect. Python: `getsockname()`. */
  get address(): Address {
    return this.listener.address;
  }

  /** From now on, `accept` waits no longer than this. Python: `settimeout`. */
  setTimeout(timeoutMs: number): void {
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Waits for the next client.
   *
   * @throws {SocketClosed} when this side has closed the listener, or closes it meanwhile
   * @throws {SocketTimeout} when none came in the time that was set
   */
  *accept(): Coroutine<GeventSocket> {
    for (;;) {
      if (this.#isClosed) throw new SocketClosed();
      const connection = this.listener.tryAccept();
      if (connection !== null) return new GeventSocket(this.loop, connection);
      if (this.#timeoutMs === Infinity) yield* this.#watch.readable.wait();
      else yield* inTime(this.#timeoutMs, () => this.#watch.readable.wait());
    }
  }

  /** Stops listening. Greenlets that wait in `accept` get {@linkcode SocketClosed}. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.loop.forget(this.listener);
    this.listener.close();
    this.#watch.became(EPOLLERR);
  }
}
