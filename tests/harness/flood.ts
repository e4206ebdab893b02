/**
 * Floods, and the servers that they are let loose on.
 *
 * @module
 */

import { Flood } from "../../clients/flood/flood.ts";
import { ofSize } from "../../clients/flood/messages.ts";
import type { FloodOptions } from "../../clients/flood/options.ts";
import { closeOnce, writeAll } from "./clients.ts";

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

/** The chunks that come; good until the next is asked for. */
export async function* chunks(conn: Deno.TcpConn): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(65_536);
  for (let count; (count = await conn.read(buffer)) !== null;) yield buffer.subarray(0, count);
}

/** A target that sends everything back, and tells after each chunk on which connection it did. */
export function echoTarget(echoed: (index: number) => void = () => {}): Target {
  return new Target(async (conn, index) => {
    for await (const chunk of chunks(conn)) {
      await writeAll(conn, chunk);
      echoed(index);
    }
  });
}

/** A flood of that port: three connections that talk until the flood is stopped. */
export function floodOf({ port }: { port: number }, options: Partial<FloodOptions> = {}): Flood {
  return new Flood({
    host: "127.0.0.1",
    port,
    conns: 3,
    durationMs: Infinity,
    repertoire: ofSize(100),
    rate: Infinity,
    wait: true,
    connectRate: Infinity,
    thinkMs: 0,
    ...options,
  });
}

/** Calls back when it was called `count` times for each of three connections. */
export function afterEach(count: number, done: () => void): (index: number) => void {
  const left = [count, count, count];
  return (index) => {
    if (--left[index] === 0 && left.every((calls) => calls <= 0)) done();
  };
}

/** How a flood came out. */
export function outcome({ measurements }: Flood) {
  const { opened, refused, served, lost, wrongBytes } = measurements;
  return { opened, refused, served, lost, wrongBytes };
}

/** How a flood comes out in which all goes well. */
export const FLAWLESS = { opened: 3, refused: 0, served: 3, lost: 0, wrongBytes: 0 };
