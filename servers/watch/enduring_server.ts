/** How long after it could not accept a server listens again. */
const RETRY_MS = 250;

/**
 * Serves HTTP until it is shut down. `Deno.serve` alone ends, and its port is closed, as soon as one
 * connection cannot be accepted: without a descriptor left, accept(2) fails. This one listens again,
 * as often as it takes. Connections that are open go on meanwhile.
 */
export class EnduringServer {
  readonly #handler: Deno.ServeHandler<Deno.NetAddr>;
  readonly #onError: (error: unknown) => Response;
  readonly #hostname: string;
  readonly #port: number;
  #server: Deno.HttpServer<Deno.NetAddr>;
  #retry: ReturnType<typeof setTimeout> | undefined = undefined;
  #isOver = false;

  /**
   * @param port 0 picks a free one
   * @param onError what is answered where `handler` throws
   * @throws {Error} of the system, when it cannot be listened on
   */
  constructor(
    hostname: string,
    port: number,
    handler: Deno.ServeHandler<Deno.NetAddr>,
    onError: (error: unknown) => Response,
  ) {
    this.#hostname = hostname;
    this.#handler = handler;
    this.#onError = onError;
    this.#server = this.#listen(port);
    this.#port = this.#server.addr.port;
  }

  get port(): number {
    return this.#port;
  }

  /** Accepts no more, and waits until what has been asked is answered. */
  async shutdown(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#retry);
    await this.#server.shutdown();
  }

  #listen(port: number): Deno.HttpServer<Deno.NetAddr> {
    const options = { hostname: this.#hostname, port, onListen: () => {}, onError: this.#onError };
    const server = Deno.serve(options, this.#handler);
    server.finished.catch(() => this.#listenLater());
    return server;
  }

  #listenLater(): void {
    if (this.#isOver) return;
    this.#retry = setTimeout(() => {
      try {
        this.#server = this.#listen(this.#port);
      } catch {
        this.#listenLater(); // there is still no descriptor, or somebody else has taken the port
      }
    }, RETRY_MS);
  }
}
