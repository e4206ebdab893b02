import { EPOLLIN } from "../interface.ts";
import type { Address, Connection, Listener, ListenOptions } from "../interface.ts";
import { isOfOneClient, PAUSE_MS, REST_MS, RestReports } from "../accept_errors.ts";
import { DenoConnection } from "./connection.ts";
import { toError } from "../../system/thrown.ts";
import type { DenoPollable, DenoReactor, Registration } from "./reactor.ts";

/** How many clients an event loop lets Deno accept ahead of it: each needs a turn of Deno's loop. */
const MAX_AHEAD = 64;

/** A `Deno.TcpListener` that can also be asked without waiting. */
export class DenoListener implements Listener, DenoPollable {
  readonly kind = "listener";
  readonly address: Address;
  registration: Registration | undefined = undefined;
  look = 0;

  readonly #listener: Deno.TcpListener;
  readonly #reactor: DenoReactor;
  readonly #options: ListenOptions;
  readonly #arrived: Deno.TcpConn[] = [];
  #accepting = false;
  /** Set while accepting rests. */
  #retryTimer: ReturnType<typeof setTimeout> | undefined = undefined;
  /** 0 for a blocking server: other clients stay in the system's backlog. */
  #maxAhead = 0;
  #stopped = false;
  readonly #restReports: RestReports;
  #waiter: (() => void) | undefined = undefined;

  /** @throws the error of `Deno.listen` when the address cannot be listened on */
  constructor(options: ListenOptions, reactor: DenoReactor) {
    this.#options = options;
    this.#reactor = reactor;
    this.#restReports = new RestReports(reactor.observer);
    this.#listener = Deno.listen({
      hostname: options.host,
      port: options.port,
      tcpBacklog: options.backlog,
      reusePort: options.reusePort ?? false,
    });
    this.address = { host: this.#listener.addr.hostname, port: this.#listener.addr.port };
  }

  async accept(): Promise<Connection | null> {
    while (!this.#stopped) {
      const connection = this.#takeArrived();
      if (connection !== null) return connection;
      this.#reactor.observer.waiting();
      this.#acceptOne();
      await new Promise<void>((resolve) => this.#waiter = resolve);
    }
    return null;
  }

  tryAccept(): Connection | null {
    this.#maxAhead = MAX_AHEAD;
    const connection = this.#takeArrived();
    if (connection === null) {
      if (this.#reactor.connections.size === 0) this.#reactor.observer.waiting();
      this.arm();
    }
    this.registration?.disarmed();
    return connection;
  }

  holds(asked: number): number {
    return this.#arrived.length > 0 ? asked & EPOLLIN : 0;
  }

  isArmed(): boolean {
    return this.#accepting || this.#retryTimer !== undefined;
  }

  arm(): void {
    this.#maxAhead = MAX_AHEAD;
    this.#acceptOne();
  }

  /** Closes the listening socket; the system resets the clients that are still in its backlog. */
  close(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#retryTimer);
    this.#listener.close();
    for (const conn of this.#arrived) conn.close();
    this.#arrived.length = 0;
    this.#tell();
  }

  #acceptOne(): void {
    if (this.isArmed() || this.#stopped) return;
    if (this.#reactor.count.isPaused) return this.#rest(PAUSE_MS);
    this.#accepting = true;
    this.#listener.accept().then(this.#onAccepted, this.#onFailed);
  }

  /** The next client that may be served, if there is one. */
  #takeArrived(): Connection | null {
    for (let conn; (conn = this.#arrived.shift()) !== undefined;) {
      const { hostname, port } = conn.remoteAddr;
      if (!this.#reactor.count.tryEnter(this.#options.maxClients)) {
        this.#reactor.observer.refused({ host: hostname, port });
        conn.close();
        continue;
      }
      const { recvSizeBytes } = this.#options;
      const id = this.#reactor.count.nextId();
      const connection = new DenoConnection(id, conn, this.#reactor, recvSizeBytes);
      this.#reactor.connections.add(connection);
      this.#reactor.observer.accepted(connection);
      return connection;
    }
    return null;
  }

  #tell(): void {
    this.#waiter?.();
    this.#reactor.signal(this, EPOLLIN);
  }

  readonly #onAccepted = (conn: Deno.TcpConn): void => {
    this.#accepting = false;
    if (this.#stopped) {
      conn.close();
      return;
    }
    try {
      // An answer should not wait for the acknowledgement of the one before, tcp(7).
      conn.setNoDelay(true);
      this.#arrived.push(conn);
    } catch {
      conn.close(); // the client is gone already
    }
    if (this.#arrived.length < this.#maxAhead || this.#arrived.length === 0) this.#acceptOne();
    this.#tell();
  };

  readonly #onFailed = (error: unknown): void => {
    this.#accepting = false;
    if (this.#stopped) return;
    if (isOfOneClient(error)) return this.#acceptOne();
    this.#rest(REST_MS);
    this.#restReports.report(toError(error));
  };

  /** Accepts again once a descriptor is free or the time is over. */
  #rest(ms: number): void {
    this.#retryTimer = setTimeout(this.#resume, ms);
    this.#reactor.onceReleased(this.#resume);
  }

  /** Called for both, of which only the first may accept: Deno allows one accept at a time. */
  readonly #resume = (): void => {
    if (this.#retryTimer === undefined) return;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#acceptOne();
  };
}
