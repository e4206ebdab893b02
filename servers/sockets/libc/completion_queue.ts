import { ACCEPTED, type CompletionQueue, RECEIVED, SENT } from "../completions.ts";
import { type Connection, EPOLLIN as POLLIN, type Listener, type Sockets } from "../interface.ts";
import type { WatchingList } from "./connection_context.ts";
import { LibcListener } from "./listener.ts";
import { RingConnection } from "./ring_connection.ts";
import type { RingRequests } from "./ring_requests.ts";
import { LibcReactor } from "./reactor.ts";
import { CQE_F_MORE, ENTRIES, IoUring } from "../../system/io_uring.ts";
import { ProvidedBuffers } from "../../system/provided_buffers.ts";
import { MSG_DONTWAIT } from "../../system/system_calls.ts";

/** A send is counted so long after it was made, at most. */
const COUNTED_MS = 10;

/** The kinds of requests. */
const WAKE = 1, ACCEPT = 2, RECEIVE = 3, SEND = 4, CANCEL = 5;

/**
 * io_uring(7) on the sockets of the system's.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { UNOBSERVED } from "../observer.ts";
 * import { createDescriptorMemory, DescriptorTable } from "./descriptor_table.ts";
 * import { LibcSockets } from "./sockets.ts";
 * const table = new DescriptorTable(createDescriptorMemory(1_024));
 * const sockets = new LibcSockets(UNOBSERVED, table, 1_024);
 * const queue = new LibcCompletionQueue(sockets);
 * queue.accept(sockets.listen({
 *   host: "127.0.0.1",
 *   port: 0,
 *   backlog: 8,
 *   maxClients: 8,
 *   recvSizeBytes: 1_024,
 *   descriptorsBelow: Infinity,
 * }));
 * queue.wait(10);
 * assertEquals(queue.next(), false); // no client has come
 * sockets.stopListening();
 * queue.wait(10); // the request to accept has ended
 * assertEquals(queue.next(), false);
 * queue.close();
 * ```
 */
export class LibcCompletionQueue
  implements CompletionQueue, RingRequests<RingConnection>, WatchingList {
  operation: CompletionQueue["operation"] = ACCEPTED;
  readonly buffers: ProvidedBuffers;

  readonly #reactor: LibcReactor;
  readonly #ring: IoUring;
  #listener: LibcListener | undefined = undefined;
  /** By descriptor. */
  readonly #connections: (RingConnection | undefined)[] = [];
  /** Those that have something to report before the ring is looked at. */
  readonly #reporting = new Set<RingConnection>();
  /** Those whose sends are done when they have been handed over. */
  readonly #sending: RingConnection[] = [];
  /** Whether somebody waits for that. */
  #isHurried = false;
  /** The connection of the completion that was taken, and the number of its buffer, or -1. */
  #connection: RingConnection | undefined = undefined;
  #buffer = -1;

  /**
   * @param sockets of the kind `libc`
   * @param entries how many requests fit into one system call; what is more takes another
   * @throws {SystemCallError} see {@linkcode IoUring}
   */
  constructor(sockets: Sockets, entries = ENTRIES) {
    if (!(sockets instanceof LibcReactor)) throw new Error("sockets of another kind");
    this.#reactor = sockets;
    this.#ring = new IoUring(sockets.calls, entries, sockets.runsEventLoop);
    this.buffers = new ProvidedBuffers(this.#ring, sockets.buffer.bytes.length);
    this.#ring.prepPollMultishot(WAKE, sockets.waker, POLLIN);
  }

  /** Ends all requests. */
  close(): void {
    this.#ring.close();
  }

  accept(listener: Listener): void {
    if (!(listener instanceof LibcListener)) throw new Error("a listener of another kind");
    this.#listener = listener;
    listener.stopBlocking();
    listener.watchedBy(this);
    this.lookAgain(listener.descriptor);
  }

  /** Accepting goes on, after a rest. */
  lookAgain(fd: number): void {
    this.#ring.prepMultishotAccept(ACCEPT, fd);
  }

  /** Accepting rests: it has ended with an error. */
  lookAway(): void {}

  receive(target: Connection | number, isLast = false): void {
    if (typeof target !== "number") asRingConnection(target).startReceiving();
    else if (isLast) this.#ring.prepRecv(RECEIVE, target, MSG_DONTWAIT);
    else this.#ring.prepRecvMultishot(RECEIVE, target);
  }

  pause(connection: Connection): void {
    asRingConnection(connection).stopReceiving();
  }

  wait(timeoutMs: number): void | Promise<void> {
    const maxMs = this.#reactor.prepareWait(timeoutMs);
    this.buffers.publish();
    const { offThread, runsEventLoop } = this.#reactor;
    if (!runsEventLoop) return this.#wait(maxMs);
    this.#wait(0); // hands over the requests, whose results make the ring readable, io_uring(7)
    if (this.#ring.ready > 0 || this.#reporting.size > 0) return;
    return offThread.readable([this.#ring.descriptor], maxMs).then(() => this.#wait(0));
  }

  #wait(maxMs: number): void {
    const isNow = this.#reporting.size > 0 || this.#isHurried || maxMs === 0;
    this.#isHurried = false;
    if (this.#sending.length === 0) this.#ring.enter(isNow ? 0 : 1, maxMs);
    else {
      // What is sent is counted when the call is over. That may be soon even if nothing comes.
      this.#ring.enter(isNow ? 0 : 1, maxMs < 0 ? COUNTED_MS : Math.min(maxMs, COUNTED_MS));
      if (this.#ring.isUpToDate) this.#haveSent();
    }
    this.#reactor.observer.wokeUp(this.#ring.ready, this.#isWakeOnly() ? 0 : this.#ring.ready);
  }

  /** Whether another thread has ended the wait, and nothing else has happened. */
  #isWakeOnly(): boolean {
    let wakes = 0;
    if (this.#ring.ready === 1) this.#ring.peek(WAKE, () => wakes++);
    return wakes === 1;
  }

  /** The sends that have been handed over are done, except for those that have a result. */
  #haveSent(): void {
    this.#ring.peek(SEND, (fd) => this.#connections[fd]!.hasSendResult());
    for (const connection of this.#sending) connection.handedOver();
    this.#sending.length = 0;
  }

  next(): boolean {
    if (this.#buffer >= 0) this.buffers.give(this.#buffer);
    this.#buffer = -1;
    for (const connection of this.#reporting) {
      if (connection.hasSent()) return this.#report(SENT, connection);
      if (connection.reportKept()) return this.#report(RECEIVED, connection);
      this.#reporting.delete(connection);
    }
    while (this.#ring.next()) if (this.#complete()) return true;
    return false;
  }

  sendAtOnce(fd: number, bytes: Uint8Array, connection: RingConnection): void {
    this.#ring.prepSendAtOnce(SEND, fd, this.#addressOf(bytes), bytes.length);
    this.#sending.push(connection);
  }

  send(fd: number, bytes: Uint8Array): void {
    this.#ring.prepSend(SEND, fd, this.#addressOf(bytes), bytes.length);
  }

  hurry(): void {
    this.#isHurried = true;
  }

  #addressOf(bytes: Uint8Array): number {
    if (this.buffers.has(bytes)) return this.buffers.addressOf(bytes);
    return Number(
      Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes as Uint8Array<ArrayBuffer>)),
    );
  }

  cancelReceive(fd: number): void {
    this.#ring.prepCancel(CANCEL, RECEIVE, fd);
  }

  cancelAll(fd: number): void {
    this.#ring.prepCancelFd(CANCEL, fd);
  }

  claim(bytes: Uint8Array): number {
    if (this.#buffer < 0 || !this.buffers.has(bytes)) return -1;
    const buffer = this.#buffer;
    this.#buffer = -1;
    return buffer;
  }

  lend(buffer: number): void {
    this.#buffer = buffer;
  }

  reportSoon(connection: RingConnection): void {
    this.#reporting.add(connection);
  }

  forget(connection: RingConnection): void {
    this.#connections[connection.descriptor] = undefined;
    this.#reporting.delete(connection);
  }

  get connection(): RingConnection {
    if (this.#connection === undefined) throw new Error("nothing is done yet");
    return this.#connection;
  }

  didRecv(): Uint8Array {
    const { error, chunk } = this.connection;
    if (error !== undefined) throw error;
    return chunk;
  }

  /** @returns whether the result that was taken is one to report */
  #complete(): boolean {
    const { kind, fd, result } = this.#ring;
    const hasMore = (this.#ring.flags & CQE_F_MORE) !== 0;
    if (kind === RECEIVE) {
      this.#buffer = this.#ring.buffer;
      const connection = this.#connections[fd]!;
      if (connection.receiveDone(result, hasMore, this.#buffer)) {
        return this.#report(RECEIVED, connection);
      }
      if (this.#buffer >= 0) this.buffers.give(this.#buffer);
      this.#buffer = -1;
      return false;
    }
    if (kind === SEND) this.#connections[fd]!.sendDone(result);
    if (kind === ACCEPT) return this.#accepted(result, hasMore);
    if (kind === WAKE) this.#wokeUp(hasMore);
    return false; // that something was cancelled its own result says
  }

  #report(operation: CompletionQueue["operation"], connection: RingConnection): true {
    this.operation = operation;
    this.#connection = connection;
    return true;
  }

  #accepted(result: number, hasMore: boolean): boolean {
    const listener = this.#listener!;
    if (result < 0 && (listener.failed(-result) || this.#reactor.table.stopping)) {
      if (this.#reactor.table.stopping) listener.tryAccept(); // closes it
      return false;
    }
    if (!hasMore) this.lookAgain(listener.descriptor);
    if (result < 0) return false;
    const connection = listener.accepted(result, RingConnection);
    if (connection === null) return false;
    connection.useRing(this);
    this.#connections[result] = connection;
    return this.#report(ACCEPTED, connection);
  }

  /** Another thread has told clients to end, or the server to stop. */
  #wokeUp(hasMore: boolean): void {
    this.#reactor.quietWaker();
    if (!hasMore) this.#ring.prepPollMultishot(WAKE, this.#reactor.waker, POLLIN);
    for (const { descriptor } of this.#reactor.toldToEnd()) {
      this.#connections[descriptor]?.toldToEnd();
    }
  }
}

function asRingConnection(connection: Connection): RingConnection {
  if (!(connection instanceof RingConnection)) throw new Error("a connection of another kind");
  return connection;
}
