// @ts-types="../../../cli/std/binary_heap.d.ts"
import { BinaryHeap } from "@std/data-structures/binary-heap";
import { SystemCallError } from "../../../servers/system/system_interface.ts";
import type { SystemCalls } from "../../../servers/system/system_calls.ts";
import type { LibcConnector, Route } from "./connector.ts";
import type { ThreadSetup } from "./protocol.ts";
import { LoadClient } from "../load_client.ts";
import type { Measurements } from "../measurements.ts";
import { MAX_CONNECTING } from "../options.ts";

/** A connection in the middle of being opened. */
interface Pending {
  fd: number;
  readonly client: LoadClient;
  /** Which of all connections of the thread it is. */
  readonly serial: number;
  readonly route: Route;
  readonly startedMs: number;
}

/** Receives the connections once they are open, or refused. */
export interface OpenerEvents {
  /** The connection of `client`, known to the thread and to epoll as `number`, is open. */
  opened(client: LoadClient, number: number, fd: number, tookMs: number): void;
  refused(client: LoadClient, error: SystemCallError): void;
}

/** A client that opens another connection, and when. */
interface Again {
  readonly client: LoadClient;
  readonly dueMs: number;
}

/** Opens the connections of a thread at the wanted rate, several of them at once. */
export class LibcOpener {
  readonly #calls: SystemCalls;
  readonly #connector: LibcConnector;
  readonly #setup: ThreadSetup;
  readonly #events: OpenerEvents;
  readonly #pending = new Map<number, Pending>();
  readonly #maxPending: number;
  readonly #again = new BinaryHeap<Again>((a, b) => a.dueMs - b.dueMs);
  /** How many clients are this thread's, and how many of them have begun. */
  readonly #count: number;
  #begun = 0;
  readonly #startedMs: number;
  /** How many connections were begun. */
  #serial = 0;

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
    return this.#begun >= this.#count && this.#pending.size === 0 && this.#again.length === 0;
  }

  /** When {@linkcode openMore} has something to do, unless a connection is opened or refused before. */
  get dueMs(): number {
    if (this.#pending.size >= this.#maxPending) return Infinity;
    const wantedMs = this.#begun < this.#count ? 0 : this.#again.peek()?.dueMs ?? Infinity;
    const { connectRate } = this.#setup.options;
    return Math.max(wantedMs, this.#startedMs + this.#indexOf(this.#serial) * 1_000 / connectRate);
  }

  /** Begins to open those that are due: first the first ones of all clients. */
  openMore(now: () => number): void {
    for (let nowMs; this.dueMs <= (nowMs = now());) {
      const client = this.#begun < this.#count
        ? new LoadClient(this.#indexOf(this.#begun++), this.#setup.options)
        : this.#again.pop()?.client;
      if (client === undefined) return;
      const [serial, route] = [this.#serial++, this.#connector.route()];
      this.#begin({ fd: -1, client, serial, route, startedMs: nowMs });
    }
  }

  /** Opens another connection for `client` at that time. */
  openAgain(client: LoadClient, dueMs: number): void {
    this.#again.push({ client, dueMs });
  }

  /** A connection that was begun is open, or cannot be opened. */
  changed(number: number, nowMs: number): void {
    const pending = this.#pending.get(number);
    if (pending === undefined) return;
    const errno = this.#connector.errorOf(pending.fd);
    this.#pending.delete(number);
    if (errno === 0) {
      this.#connector.opened(pending.route);
      this.#events.opened(pending.client, number, pending.fd, nowMs - pending.startedMs);
      return;
    }
    this.#calls.close(pending.fd);
    if (this.#connector.goOn(pending.route, errno)) this.#begin(pending);
    else this.#events.refused(pending.client, new SystemCallError("connect", errno));
  }

  /**
   * The flood has ended: opens no more connections, and closes those that are being opened. Counts these,
   * and what clients have not sent that have none.
   */
  abandon(endMs: number, measurements: Measurements): void {
    for (const { client, fd, startedMs } of this.#pending.values()) {
      this.#calls.close(fd);
      measurements.connectAges.record(endMs - startedMs);
      client.floodEnded(endMs, measurements);
    }
    for (const { client } of this.#again.toArray()) client.floodEnded(endMs, measurements);
    this.#pending.clear();
    this.#again.clear();
    this.#begun = this.#count;
  }

  #begin(pending: Pending): void {
    const { threads } = this.#setup;
    const number = Math.floor(pending.client.index / threads);
    try {
      pending.fd = this.#connector.begin(number, this.#indexOf(pending.serial), pending.route);
      this.#pending.set(number, pending);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      this.#events.refused(pending.client, error);
    }
  }

  /** The index among those of all threads, which take turns, of client or connection `number`. */
  #indexOf(number: number): number {
    return this.#setup.thread + number * this.#setup.threads;
  }
}
