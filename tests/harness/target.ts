/**
 * A server for floods to be tested with, which does what the test tells it.
 *
 * @module
 */

/** Takes clients and serves each with `serve`. Dispose of it, and nothing is left open. */
export class Target implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #conns: Deno.TcpConn[] = [];
  readonly #work: Promise<unknown>[] = [];

  constructor(serve: (conn: Deno.TcpConn, index: number) => Promise<void>) {
    this.#work.push(this.#accept(serve));
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of this.#conns) close(conn);
    await Promise.all(this.#work);
  }

  async #accept(serve: (conn: Deno.TcpConn, index: number) => Promise<void>): Promise<void> {
    for await (const conn of this.#listener) {
      const index = this.#conns.push(conn) - 1;
      // A client that is gone is the flood's affair, and what the test looks at.
      this.#work.push(serve(conn, index).catch(() => {}).then(() => close(conn)));
    }
  }
}

function close(conn: Deno.TcpConn): void {
  try {
    conn.close();
  } catch {
    // It is closed already.
  }
}

/** The chunks that come; good until the next is asked for. */
export async function* chunks(conn: Deno.TcpConn): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(65_536);
  for (let count; (count = await conn.read(buffer)) !== null;) yield buffer.subarray(0, count);
}

/** Calls back when it was called `count` times for each of three connections. */
export function afterEach(count: number, done: () => void): (index: number) => void {
  const left = [count, count, count];
  return (index) => {
    if (--left[index] === 0 && left.every((calls) => calls <= 0)) done();
  };
}
