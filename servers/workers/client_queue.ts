/**
 * The queue of clients between the thread that accepts them and the threads that serve them, in memory
 * that all of them see. A client in it is a descriptor, a number and the address of its peer.
 *
 * A thread that finds the queue empty blocks, so only the queue can wake it: for a client, or for the
 * end. One thread puts clients in; any number takes them out.
 *
 * @module
 */

import {
  CALLED,
  CLOSED,
  DESCRIPTOR,
  EVER_BUSY,
  FULL,
  HEADER_LENGTH,
  HOST,
  HOST_BYTES,
  HOST_LENGTH,
  ID,
  PORT,
  QUEUED,
  type QueuedClient,
  QueuedClients,
  REFUSED,
  SLOT_LENGTH,
  STATE,
  THREADS,
  UNFINISHED,
  WAITING,
} from "./queued_clients.ts";

export type { QueuedClient };

/** Memory for a queue of at least `capacity` clients. */
export function createQueueMemory(capacity: number): SharedArrayBuffer {
  // A power of two, so that the places go on in order when the count of clients wraps around.
  const slots = 2 ** Math.ceil(Math.log2(Math.max(1, capacity)));
  const length = HEADER_LENGTH + slots * SLOT_LENGTH;
  return new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT);
}

/** See the module. Any number of threads may have one on the same memory. */
export class ClientQueue extends QueuedClients {
  readonly #encoder = new TextEncoder();
  #put = 0;

  /** How many clients wait for a thread. */
  get length(): number {
    return Atomics.load(this.words, QUEUED) & ~CLOSED;
  }

  /** How many threads wait for a client. */
  get waitingThreads(): number {
    return Atomics.load(this.words, WAITING);
  }

  /** How many clients were put, and not {@linkcode finished}. */
  get unfinished(): number {
    return Atomics.load(this.words, UNFINISHED);
  }

  /** How many threads there are, as the supervisor has set it. */
  get threads(): number {
    return Atomics.load(this.words, THREADS);
  }

  set threads(count: number) {
    Atomics.store(this.words, THREADS, count);
  }

  get isClosed(): boolean {
    return (Atomics.load(this.words, QUEUED) & CLOSED) !== 0;
  }

  /** Puts a client in. Only one thread may call it, with no more clients than the memory is for. */
  put({ fd, id, peer }: QueuedClient): void {
    const at = this.slot(this.#put);
    const { words } = this;
    // The thread that took the last client of this slot may still be reading it.
    while (Atomics.load(words, at + STATE) === FULL) Atomics.wait(words, at + STATE, FULL);
    words[at + DESCRIPTOR] = fd;
    words[at + ID] = id;
    words[at + PORT] = peer.port;
    const host = this.#encoder.encode(peer.host).subarray(0, HOST_BYTES);
    words[at + HOST_LENGTH] = host.length;
    this.bytes.set(host, (at + HOST) * Int32Array.BYTES_PER_ELEMENT);
    Atomics.store(words, at + STATE, FULL);
    this.#put = (this.#put + 1) | 0;
    const unfinished = Atomics.add(words, UNFINISHED, 1) + 1;
    if (unfinished > this.everBusy) Atomics.store(words, EVER_BUSY, unfinished);
    Atomics.add(words, QUEUED, 1);
    Atomics.notify(words, QUEUED, 1);
  }

  /** @returns whether the supervisor has answered the last call, so that the caller must call again */
  callSupervisor(): boolean {
    return Atomics.exchange(this.words, CALLED, 1) === 0;
  }

  /** Says that the supervisor has heard the last call. */
  answerCall(): void {
    Atomics.store(this.words, CALLED, 0);
  }

  /** Says that no more clients come: threads that find the queue empty need not wait. */
  close(): void {
    Atomics.or(this.words, QUEUED, CLOSED);
    Atomics.notify(this.words, QUEUED);
  }

  /** Blocks until fewer than `count` clients are unfinished. */
  waitUntilFewerThan(count: number): void {
    for (let now; (now = this.unfinished) >= count;) Atomics.wait(this.words, UNFINISHED, now);
  }

  /** Says that the system allows no more threads: nobody is to wait for those that are missing. */
  threadRefused(): void {
    Atomics.store(this.words, REFUSED, 1);
  }

  /**
   * Blocks until `count` threads wait for a client, at most `timeoutMs`.
   *
   * @returns whether they do, or there can be no more
   */
  waitForThreads(count: number, timeoutMs: number): boolean {
    const isRefused = () => Atomics.load(this.words, REFUSED) === 1;
    const waiting = this.waitingThreads;
    if (waiting < count && !isRefused()) Atomics.wait(this.words, WAITING, waiting, timeoutMs);
    return this.waitingThreads >= count || isRefused();
  }
}
