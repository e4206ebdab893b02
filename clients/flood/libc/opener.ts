import { SystemCallError } from "../../../servers/system/system_call_error.ts";
import type { SystemCalls } from "../../../servers/system/system_calls.ts";
import type { LibcConnector, Route } from "./connector.ts";
import type { ThreadSetup } from "./protocol.ts";
import { MAX_CONNECTING } from "../options.ts";

/** A connection in the middle of being opened. */
interface Pending {
  fd: number;
  readonly index: number;
  readonly route: Route;
  readonly startedMs: number;
}

/** Receives the connections once they are open, or refused. */
export interface OpenerEvents {
  /** Connection number `number`, which is `index` among those of all threads, is open. */
  opened(fd: number, number: number, index: number, tookMs: number): void;
  refused(error: SystemCallError): void;
}

/** Opens the connections of a thread at the wanted rate, several of them at once. */
export class LibcOpener {
  readonly #calls: SystemCalls;
  readonly #connector: LibcConnector;
  readonly #setup: ThreadSetup;
  readonly #events: OpenerEvents;
  readonly #pending = new Map<number, Pending>();
  readonly #maxPending: number;
  /** How many connections are this thread's. */
  readonly #count: number;
  readonly #startedMs: number;
  #begun = 0;

  /** @param nowMs the present time, at which the first connection is due */
  constructor(
    calls: SystemCalls,
    connector: LibcConnector,
    setup: ThreadSetup,
    events: OpenerEvents,
    nowMs: number,
  ) {
    this.#calls = calls;
    this.#connector = connector;
    this.#setup = setup;
    this.#events = events;
    this.#maxPending = Math.ceil(MAX_CONNECTING / setup.threads);
    this.#count = Math.ceil((setup.options.conns - setup.thread) / setup.threads);
    this.#startedMs = nowMs;
  }

  /** Whether no more connections will come. */
  get isDone(): boolean {
    return this.#begun >= this.#count && this.#pending.size === 0;
  }

  /** When {@linkcode openMore} has something to do, unless a connection is opened or refused before. */
  get dueMs(): number {
    if (this.#begun >= this.#count || this.#pending.size >= this.#maxPending) return Infinity;
    return this.#startedMs + this.#indexOf(this.#begun) * 1_000 / this.#setup.options.connectRate;
  }

  /** Begins to open those that are due. */
  openMore(now: () => number): void {
    for (let nowMs; this.dueMs <= (nowMs = now());) {
      const number = this.#begun++;
      const route = this.#connector.route();
      this.#begin(number, { fd: -1, index: this.#indexOf(number), route, startedMs: nowMs });
    }
  }

  /** A connection that was begun is open, or cannot be opened. */
  changed(number: number, nowMs: number): void {
    const pending = this.#pending.get(number);
    if (pending === undefined) return;
    const errno = this.#connector.errorOf(pending.fd);
    this.#pending.delete(number);
    if (errno === 0) {
      this.#connector.opened(pending.route);
      this.#events.opened(pending.fd, number, pending.index, nowMs - pending.startedMs);
      return;
    }
    this.#calls.close(pending.fd);
    if (this.#connector.goOn(pending.route, errno)) this.#begin(number, pending);
    else this.#events.refused(new SystemCallError("connect", errno));
  }

  /** Opens no more connections, and closes those that are being opened. */
  abandon(): void {
    for (const { fd } of this.#pending.values()) this.#calls.close(fd);
    this.#pending.clear();
    this.#begun = this.#count;
  }

  #begin(number: number, pending: Pending): void {
    try {
      pending.fd = this.#connector.begin(number, pending.index, pending.route);
      this.#pending.set(number, pending);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      this.#events.refused(error);
    }
  }

  /** Its index among the connections of all threads, which take turns. */
  #indexOf(number: number): number {
    return this.#setup.thread + number * this.#setup.threads;
  }
}
