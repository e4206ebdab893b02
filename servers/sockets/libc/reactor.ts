/**
 * What the connections of a thread share, and what it does before each wait for them.
 *
 * @module
 */

import type { DescriptorTable } from "./descriptor_table.ts";
import { LONGEST_WAIT_MS, type OpenConnections } from "../interface.ts";
import type { Observer } from "../observer.ts";
import { ReceiveBuffer } from "./connected_socket.ts";
import type { ConnectionContext, WatchedConnection } from "./connection_context.ts";
import type { WatchedListener } from "./connection_context.ts";
import { makeInterruptible } from "./interruption.ts";
import type { SystemCalls } from "../../system/system_calls.ts";
import { createWaker, quiet, wake } from "../../system/eventfd.ts";
import { OffThreadPoll } from "../../system/off_thread_poll.ts";

/** How often the reactor looks whether the client of a closed connection has ended as well. */
const LINGER_POLL_INTERVAL_MS = 5;

/**
 * The connections of a thread, in a set that is made anew whenever there is none.
 *
 * A set moves to another table again and again while connections come and go, and a table that it has left leads to
 * the next one. Once one of them is old, V8 keeps all that follow until it collects the whole heap: some hundred bytes
 * for each client. A server that forks has none or one, and each of its forks counts the pages of the heap.
 */
class LibcConnections implements OpenConnections {
  #set = new Set<WatchedConnection>();

  get size(): number {
    return this.#set.size;
  }

  has(connection: WatchedConnection): boolean {
    return this.#set.has(connection);
  }

  add(connection: WatchedConnection): void {
    this.#set.add(connection);
  }

  delete(connection: WatchedConnection): void {
    if (this.#set.delete(connection) && this.#set.size === 0) this.#set = new Set();
  }

  [Symbol.iterator](): IterableIterator<WatchedConnection> {
    return this.#set.values();
  }
}

/** The middle of the socket kind: one per thread that has connections. */
export class LibcReactor implements ConnectionContext {
  readonly connections = new LibcConnections();
  /** Written to by other threads to end a wait, eventfd(2). */
  readonly waker: number;
  readonly buffer: ReceiveBuffer;
  readonly thread = makeInterruptible();
  turn = 0;
  protected listener: WatchedListener | undefined = undefined;
  /** Where it waits while its event loop runs: now and then, or always, see `runEventLoop()`. */
  readonly offThread = new OffThreadPoll();
  runsEventLoop = false;
  waitFor?: ConnectionContext["waitFor"];
  /** What is heard besides the sockets when the thread waits by epoll(7). */
  heard: { readonly descriptor: number; hearIf(fd: number): void } | undefined = undefined;
  /** Closed connections, and how long each may wait for its client's end. */
  readonly lingering = new Map<WatchedConnection, number>();

  /**
   * @param recvSizeBytes the most that `tryRecv` receives at once
   * @param waker an eventfd(2), if there is one already
   * @throws {SystemCallError} when there is no descriptor left
   */
  constructor(
    readonly observer: Observer,
    readonly table: DescriptorTable,
    recvSizeBytes: number,
    readonly calls: SystemCalls,
    waker?: number,
  ) {
    this.buffer = new ReceiveBuffer(recvSizeBytes);
    // One of a thread that has ended stays: others may be about to write to it.
    this.waker = waker ?? table.waker ?? createWaker(calls);
    table.waker = this.waker;
  }

  /** {@linkcode Sockets.serving} */
  get serving(): boolean {
    return this.connections.size > 0 || !(this.listener?.isOver ?? this.table.stopping);
  }

  /**
   * To be called before a wait: does what has become due.
   *
   * @returns how long to wait at most, as epoll_wait(2) takes it: -1 is for ever
   */
  prepareWait(timeoutMs: number): number {
    this.turn++;
    if (this.connections.size === 0) this.observer.waiting();
    const lookAgainMs = this.lingering.size > 0 ? this.lookAfterLingering() : Infinity;
    // A server that stops has been waiting for the end of its last connection.
    if (!this.serving) return 0;
    let maxMs = Math.min(timeoutMs, lookAgainMs);
    if (this.listener?.isResting) maxMs = Math.min(maxMs, this.listener.restMs());
    // Rounded up: a timer that is due in half a millisecond would make the loop spin.
    return maxMs === Infinity ? -1 : Math.ceil(Math.min(maxMs, LONGEST_WAIT_MS));
  }

  /** Makes the waker unreadable again. */
  quietWaker(): void {
    quiet(this.calls, this.waker);
  }

  /** {@linkcode Sockets.interruptWait} */
  interruptWait(): void {
    if (this.offThread.isWaiting) this.wake();
    else this.offThread.voidNext();
  }

  /** Ends the wait of a readiness call, from any thread. */
  wake(): void {
    wake(this.calls, this.waker);
  }

  /**
   * Connections that the server has told to end, of which the system knows nothing. A readiness call
   * that the waker ends reports them as readable: receiving from them will show the end.
   */
  *toldToEnd(): Generator<WatchedConnection> {
    for (const connection of this.connections) {
      const fd = connection.descriptor;
      if (fd < 0 || !this.table.isFinished(fd)) continue;
      connection.reported(false);
      yield connection;
    }
  }

  linger(connection: WatchedConnection, untilMs: number): void {
    if (this.listener?.blocks) connection.waitForEnd(untilMs);
    else this.lingering.set(connection, untilMs);
  }

  /** The connection has given back its descriptor. */
  released(connection: WatchedConnection): void {
    this.connections.delete(connection);
    this.lingering.delete(connection);
    this.table.released();
    this.listener?.resume();
  }

  /**
   * Gives back the descriptors of closed connections whose clients have ended by now.
   *
   * @returns in how many milliseconds to look again; `Infinity` if none is left
   */
  lookAfterLingering(): number {
    for (const [connection, untilMs] of this.lingering) connection.lookForEnd(untilMs);
    return this.lingering.size > 0 ? LINGER_POLL_INTERVAL_MS : Infinity;
  }
}
