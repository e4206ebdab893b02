/**
 * TLS sockets, which are Deno's: each call of theirs is a promise that a greenlet waits for. So they
 * work in any hub, whatever its own sockets are.
 *
 * @module
 */

import { checkedWait, checkWaits, type Coroutine } from "./park.ts";
import { SocketClosed } from "./socket_errors.ts";
import { inTime, StreamSocket } from "./stream_socket.ts";
import { wait } from "./wait.ts";
import { isReset } from "../../sockets/deno/faults.ts";
import { type Address, ConnectFailed, ConnectionReset } from "../../sockets/interface.ts";
import { formatAddress } from "../../sockets/interface.ts";
import { messageOf, toError } from "../../system/thrown.ts";

const CHUNK_BYTES = 16_384;
const NOTHING = new Uint8Array(0);

/**
 * A connection by TLS: what `gevent.ssl` gives. It can be used as a `GeventSocket` can.
 *
 * @example
 * ```ts ignore
 * const socket = yield* connectTls("deno.com", 443);
 * yield* socket.send(new TextEncoder().encode("HEAD / HTTP/1.0\r\nHost: deno.com\r\n\r\n"));
 * console.log(yield* socket.makefile().readline());
 * ```
 */
export class TlsSocket extends StreamSocket {
  #unread: Uint8Array = NOTHING;
  /** A read that goes on, also when the greenlet that began it does not wait any longer. */
  #reading: Promise<Uint8Array> | undefined = undefined;
  #isClosed = false;

  static {
    checkWaits(this, "recv", "send", "shutdown", "handshake");
  }

  constructor(private readonly conn: Deno.TlsConn) {
    super();
  }

  /** The address of the other end, as in `127.0.0.1:50216`. */
  override toString(): string {
    const { hostname, port } = this.conn.remoteAddr;
    return formatAddress({ host: hostname, port });
  }

  /** Waits until both sides have agreed on keys; `recv` and `send` do so by themselves. */
  *handshake(): Coroutine {
    yield* this.#wait(() => this.conn.handshake());
  }

  /** As `GeventSocket.recv`; what it gives is the caller's own. */
  override *recv(sizeBytes: number): Coroutine<Uint8Array> {
    if (this.#isClosed) throw new SocketClosed();
    if (!(sizeBytes >= 0)) throw new RangeError(`${sizeBytes} bytes cannot be received`);
    if (sizeBytes > 0 && this.#unread.length === 0) {
      this.#unread = yield* this.#wait(() => this.#reading ??= this.#read());
      this.#reading = undefined;
    }
    const bytes = this.#unread.subarray(0, sizeBytes);
    this.#unread = this.#unread.subarray(sizeBytes);
    return bytes;
  }

  async #read(): Promise<Uint8Array> {
    const buffer = new Uint8Array(CHUNK_BYTES);
    return buffer.subarray(0, await this.conn.read(buffer) ?? 0);
  }

  /** As `GeventSocket.send`. */
  override *send(bytes: Uint8Array): Coroutine {
    if (this.#isClosed) throw new SocketClosed();
    const own = bytes.slice(); // it may be a borrowed view of memory that others receive into meanwhile
    yield* this.#wait(() => this.#write(own));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) sent += await this.conn.write(bytes.subarray(sent));
  }

  /** Sends the end of the stream. */
  *shutdown(): Coroutine {
    yield* this.#wait(() => this.conn.closeWrite());
  }

  /** Closes the connection. Greenlets that wait for it get a `SocketClosed`. */
  override close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.conn.close();
  }

  *#wait<Value>(begin: () => Promise<Value>): Coroutine<Value> {
    try {
      return yield* inTime(this.timeoutMs, () => wait(begin()));
    } catch (error) {
      if (this.#isClosed) throw new SocketClosed();
      throw isReset(error) ? new ConnectionReset(error.message) : error;
    }
  }
}

/**
 * Connects to a server by TLS, with Deno's permission to do so.
 *
 * @param options of `Deno.connectTls`, as its `caCerts`
 * @throws {ConnectFailed} when it cannot connect, or does not trust the server
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop, Hub } from "./mod.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   try {
 *     yield* connectTls("127.0.0.1", 1);
 *   } catch (error) {
 *     assertEquals((error as Error).name, "ConnectFailed");
 *   }
 * });
 * ```
 */
export const connectTls = checkedWait(function* connectTls(
  host: string,
  port: number,
  options: Omit<Deno.ConnectTlsOptions, "hostname" | "port"> = {},
): Coroutine<TlsSocket> {
  const connecting = Deno.connectTls({ hostname: host, port, ...options });
  let conn: Deno.TlsConn | undefined;
  try {
    conn = yield* wait(connecting);
    yield* wait(conn.handshake());
    return new TlsSocket(conn);
  } catch (error) {
    // What a greenlet did not wait for any longer is closed when it comes.
    connecting.then((late) => late.close(), () => {});
    const isDenos = error instanceof Error && error.constructor.name in Deno.errors;
    throw isDenos ? new ConnectFailed(messageOf(error)) : toError(error);
  }
});

/**
 * A listening socket whose clients speak TLS: what a `StreamServer` with a certificate has in Python.
 *
 * @example
 * ```ts ignore
 * const listener = new TlsListener({ port: 8443, cert, key });
 * const server = new StreamServer(listener, serve, 100);
 * yield* server.serveForever();
 * ```
 */
export class TlsListener {
  readonly #listener: Deno.TlsListener;
  /** An accept that goes on, also when the greenlet that began it does not wait any longer. */
  #accepting: Promise<Deno.TlsConn> | undefined = undefined;
  #isClosed = false;

  static {
    checkWaits(this, "accept");
  }

  /** @param options of `Deno.listenTls`: the port, the certificate and its key */
  constructor(options: Deno.ListenTlsOptions & Deno.TlsCertifiedKeyPem) {
    this.#listener = Deno.listenTls(options);
  }

  /** Where clients connect. */
  get address(): Address {
    const { hostname, port } = this.#listener.addr;
    return { host: hostname, port };
  }

  /** Waits for the next client. @throws {SocketClosed} when this side has closed the listener */
  *accept(): Coroutine<TlsSocket> {
    try {
      const conn = yield* wait(this.#accepting ??= this.#listener.accept());
      this.#accepting = undefined;
      return new TlsSocket(conn);
    } catch (error) {
      throw this.#isClosed ? new SocketClosed() : error;
    }
  }

  /** Stops listening. Greenlets that wait in `accept` get a `SocketClosed`. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listener.close();
  }
}
