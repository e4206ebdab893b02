/**
 * What the parts of the `libc` socket kind share.
 *
 * @module
 */

import type { DescriptorTable } from "./descriptor_table.ts";
import { LONGEST_WAIT_MS, type Pollable, type ReadyEvent } from "../interface.ts";
import type { Observer } from "../observer.ts";
import { ReceiveBuffer } from "./connected_socket.ts";
import type {
  ConnectionContext,
  LibcPollable,
  WatchedConnection,
  WatchedListener,
} from "./connection_context.ts";
import { makeInterruptible } from "./interruption.ts";
import type { SystemCalls } from "../../system/system_calls.ts";
import { createWaker, quiet, wake } from "../../system/eventfd.ts";

/** How often the reactor looks whether the client of a closed connection has ended as well. */
const LINGER_POLL_INTERVAL_MS = 5;

/** The middle of the socket kind: one per thread that has connections. */
export class LibcReactor implements ConnectionContext {
  readonly connections = new Set<WatchedConnection>();
  /** Written to by other threads to end a wait, eventfd(2). */
  readonly waker: number;
  listener: WatchedListener | undefined = undefined;
  readonly buffer: ReceiveBuffer;
  /** Called with every descriptor before it is closed, for lists that the system does not keep. */
  onClosing: (fd: number) => void = () => {};
  /** Closed connections, and how long each may wait for its client's end. */
  readonly #lingering = new Map<WatchedConnection, number>();
  readonly thread = makeInterruptible();
  turn = 0;

  /**
   * @param recvSizeBytes the most that `tryRecv` receives at once
   * @throws {SystemCallError} when there is no descriptor left
   */
  constructor(
    readonly calls: SystemCalls,
    readonly observer: Observer,
    readonly table: DescriptorTable,
    recvSizeBytes: number,
  ) {
    this.buffer = new ReceiveBuffer(recvSizeBytes);
    this.waker = createWaker(calls);
    table.waker = this.waker;
  }

  /** Makes the waker unreadable again. */
  quietWaker(): void {
    quiet(this.calls, this.waker);
  }

  /** Ends the wait of a readiness call, from any thread. */
  wake(): void {
    wake(this.calls, this.waker);
  }

  /**
   * Connections that the server has told to end, of which the system knows nothing. A readiness call
   * that the waker ends reports them as readable: receiving from them will show the end.
   */
  *finished(): Generator<WatchedConnection> {
    for (const connection of this.connections) {
      const fd = connection.descriptor;
      if (fd < 0 || !this.table.isFinished(fd)) continue;
      connection.reported(false);
      yield connection;
    }
  }

  closing(fd: number): void {
    this.onClosing(fd);
  }

  linger(connection: WatchedConnection, untilMs: number): void {
    if (this.listener?.blocks) connection.waitForEnd(untilMs);
    else this.#lingering.set(connection, untilMs);
  }

  get isLingering(): boolean {
    return this.#lingering.size > 0;
  }

  /** The connection has given back its descriptor. */
  released(connection: WatchedConnection): void {
    this.connections.delete(connection);
    this.#lingering.delete(connection);
    this.table.released();
    this.listener?.resume();
  }

  /** Gives back the descriptors of connections whose clients have ended by now. */
  lookAfterLingering(): void {
    for (const [connection, untilMs] of this.#lingering) connection.lookForEnd(untilMs);
  }

  /**
   * To be called before a wait: does what has become due.
   *
   * @returns how long to wait at most, as epoll_wait(2) takes it: -1 is for ever
   */
  prepareWait(timeoutMs: number): number {
    this.turn++;
    if (this.connections.size === 0) this.observer.waiting();
    this.lookAfterLingering();
    // A server that stops has been waiting for the end of its last connection.
    if (this.table.stopping && this.connections.size === 0) return 0;
    let maxMs = timeoutMs;
    if (this.#lingering.size > 0) maxMs = Math.min(maxMs, LINGER_POLL_INTERVAL_MS);
    if (this.listener !== undefined) maxMs = Math.min(maxMs, this.listener.restMs());
    // Rounded up: a timer that is due in half a millisecond would make the loop spin.
    return maxMs === Infinity ? -1 : Math.ceil(Math.min(maxMs, LONGEST_WAIT_MS));
  }
}

/**
 * A socket of this kind as a readiness call sees it.
 *
 * @throws {Error} when `socket` is of another kind
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const socket = { kind: "connection" as const, descriptor: 5 };
 * assertEquals(asLibcPollable(socket).descriptor, 5);
 * ```
 */
export function asLibcPollable(socket: Pollable): LibcPollable {
  if (!("descriptor" in socket)) throw new Error("a socket of another kind");
  // The property is only declared there.
  return socket as LibcPollable;
}

/**
 * What a wait reports, in objects that the next wait uses again.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { EPOLLIN } from "../interface.ts";
 * const events = new ReadyEvents();
 * events.add({ kind: "listener" }, EPOLLIN);
 * assertEquals(events.list.length, 1);
 * events.clear();
 * ```
 */
export class ReadyEvents<Watched extends Pollable> {
  /** Good until the next {@linkcode clear}. */
  readonly list: ReadyEvent<Watched>[] = [];
  readonly #pool: { target: Watched; events: number }[] = [];

  /** Begins a new report. */
  clear(): void {
    this.list.length = 0;
  }

  /** @param events of the `EPOLL…` bits */
  add(target: Watched, events: number): void {
    const event = this.#pool[this.list.length] ??= { target, events };
    event.target = target;
    event.events = events;
    this.list.push(event);
  }
}
