/** The pause before the server listens again. */
const RETRY_MS = 250;

/** A server that {@linkcode serveResiliently} has begun. */
export interface ResilientServer {
  /** The port, also while the server is about to listen again. */
  readonly port: number;
  /** Accepts no more connections, and waits until all requests are answered. */
  shutdown(): Promise<void>;
}

/**
 * Serves HTTP until it is shut down. `Deno.serve` ends and closes its port as soon as accept(2) fails
 * once, as it does when the process has no descriptor left. This server listens again, as often as
 * necessary. Open connections stay open meanwhile.
 *
 * @param address port 0 picks a free one
 * @param handler answers the requests
 * @param onError makes the answer when `handler` throws
 * @throws {Error} of the system, when it cannot listen
 */
export function serveResiliently(
  address: { readonly hostname: string; readonly port: number },
  handler: Deno.ServeHandler<Deno.NetAddr>,
  onError: (error: unknown) => Response,
): ResilientServer {
  let retry: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  let server = listen(address.port);
  const { port } = server.addr;
  return {
    port,
    async shutdown() {
      isOver = true;
      clearTimeout(retry);
      await server.shutdown();
    },
  };

  function listen(port: number): Deno.HttpServer<Deno.NetAddr> {
    const server = Deno.serve({ ...address, port, onListen: () => {}, onError }, handler);
    server.finished.catch(listenLater);
    return server;
  }

  function listenLater(): void {
    if (isOver) return;
    retry = setTimeout(() => {
      try {
        server = listen(port);
      } catch {
        listenLater(); // there is still no descriptor, or the port is in use
      }
    }, RETRY_MS);
  }
}
