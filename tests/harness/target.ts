import { closeOnce } from "./clients.ts";

/** Takes clients and serves each with `serve`. Dispose of it, and nothing is left open. */
export class Target implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  readonly #conns: Deno.TcpConn[] = [];
  readonly #work: Promise<unknown>[] = [];

  /** @param port where it listens; 0: where nothing else does */
  constructor(serve: (conn: Deno.TcpConn, index: number) => Promise<void>, port = 0) {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port });
    this.#work.push(this.#accept(serve));
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of this.#conns) closeOnce(conn);
    await Promise.all(this.#work);
  }

  async #accept(serve: (conn: Deno.TcpConn, index: number) => Promise<void>): Promise<void> {
    for await (const conn of this.#listener) {
      const index = this.#conns.push(conn) - 1;
      // A client that is gone is the flood's affair, and what the test looks at.
      this.#work.push(serve(conn, index).catch(() => {}).then(() => closeOnce(conn)));
    }
  }
}
