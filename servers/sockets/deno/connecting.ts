import { ConnectFailed, EPOLLERR, EPOLLOUT } from "../interface.ts";
import type { Connecting, Connection, ConnectOptions } from "../interface.ts";
import { DenoConnection } from "./connection.ts";
import type { DenoPollable, DenoReactor, Registration } from "./reactor.ts";
import { messageOf } from "../../system/thrown.ts";
import { UNOBSERVED } from "../observer.ts";

/** `Deno.connect` as something that can be watched. It tries all addresses of a host by itself. */
export class DenoConnecting implements Connecting, DenoPollable {
  readonly kind = "connecting";
  registration: Registration | undefined = undefined;
  look = 0;

  readonly #id: number;
  readonly #reactor: DenoReactor;
  readonly #recvSizeBytes: number;
  #conn: Deno.TcpConn | undefined = undefined;
  #failure: ConnectFailed | undefined = undefined;
  #isClosed = false;

  /** @param id see {@linkcode Connecting.finish} */
  constructor(id: number, { host, port, recvSizeBytes }: ConnectOptions, reactor: DenoReactor) {
    this.#id = id;
    this.#reactor = reactor;
    this.#recvSizeBytes = recvSizeBytes;
    Deno.connect({ hostname: host, port }).then(this.#onConnected, this.#onFailed);
  }

  finish(): Connection {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#conn === undefined) throw new Error("finish() before the connection is writable");
    const { connections, count } = this.#reactor;
    const connection = new DenoConnection(
      this.#id,
      this.#conn,
      this.#reactor,
      this.#recvSizeBytes,
      UNOBSERVED,
    );
    connections.add(connection);
    count.tryEnter(Infinity);
    return connection;
  }

  close(): void {
    this.#isClosed = true;
    this.#conn?.close();
  }

  holds(asked: number): number {
    if (this.#failure !== undefined) return asked & (EPOLLOUT | EPOLLERR);
    return this.#conn === undefined ? 0 : asked & EPOLLOUT;
  }

  isArmed(): boolean {
    return true;
  }

  arm(): void {}

  readonly #onConnected = (conn: Deno.TcpConn): void => {
    if (this.#isClosed) return conn.close();
    conn.setNoDelay(true);
    this.#conn = conn;
    this.#reactor.signal(this, EPOLLOUT);
  };

  readonly #onFailed = (error: unknown): void => {
    this.#failure = new ConnectFailed(messageOf(error));
    this.#reactor.signal(this, EPOLLOUT);
  };
}
