/** The pause before the server listens again. */
const RETRY_MS = 250;

/**
 * Serves HTTP until it is shut down. `Deno.serve` ends and closes its port as soon as accept(2) fails
 * once, as it does when the process has no descriptor left. This server listens again, as often as
 * necessary. Open connections stay open meanwhile.
 */
export class ResilientServer {
  readonly #onError: (error: unknown) => Response;
  readonly #port: number;
  #server: Deno.HttpServer<Deno.NetAddr>;
  #retry: ReturnType<typeof setTimeout> | undefined = undefined;
  #isOver = false;

  /**
   * @param port 0 picks a free one
   * @param handler answers the requests
   * @param onError makes the answer when `handler` throws
   * @throws {Error} of the system, when it cannot listen
   */
  constructor(
    private readonly hostname: string,
    port: number,
    private readonly handler: Deno.ServeHandler<Deno.NetAddr>,
    onError: (error: unknown) => Response,
  ) {
    this.#onError = onError;
    this.#server = this.#listen(port);
    this.#port = this.#server.addr.port;
  }

  /** The port, also while the server is about to listen again. */
  get port(): number {
    return this.#port;
  }

  /** Accepts no more connections, and waits until all requests are answered. */
  async shutdown(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#retry);
    await this.#server.shutdown();
  }

  #listen(port: number): Deno.HttpServer<Deno.NetAddr> {
    const options = { hostname: this.hostname, port, onListen: () => {}, onError: this.#onError };
    const server = Deno.serve(options, this.handler);
    server.finished.catch(() => this.#listenLater());
    return server;
  }

  #listenLater(): void {
    if (this.#isOver) return;
    this.#retry = setTimeout(() => {
      try {
        this.#server = this.#listen(this.#port);
      } catch {
        this.#listenLater(); // there is still no descriptor, or the port is in use
      }
    }, RETRY_MS);
  }
}
