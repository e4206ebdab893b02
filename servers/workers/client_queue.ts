/**
 * The queue of clients between the thread that accepts them and the threads that serve them, in memory
 * that all of them see. A client in it is a descriptor, a number and the address of its peer.
 *
 * A thread that finds the queue empty blocks, so only the queue can wake it: for a client, or for the
 * end. One thread puts clients in; any number takes them out.
 *
 * @module
 */

import type { Address } from "../sockets/interface.ts";

/** Places of the header. */
const QUEUED = 0;
const TAKEN = 1;
const WAITING = 2;
const UNFINISHED = 3;
const CALLED = 4;
const THREADS = 5;
const EVER_BUSY = 6;
const HEADER_LENGTH = 16;

/** Added to the number of queued clients when there will be no more. */
const CLOSED = 0x4000_0000;

/** Places in the slot of a client. */
const STATE = 0;
const DESCRIPTOR = 1;
const ID = 2;
const PORT = 3;
const HOST_LENGTH = 4;
const HOST = 5;
const SLOT_LENGTH = 24;
/** Longer than any IPv6 address with a zone, `IF_NAMESIZE` in <net/if.h> being 16. */
const HOST_BYTES = (SLOT_LENGTH - HOST) * Int32Array.BYTES_PER_ELEMENT;

const EMPTY = 0;
const FULL = 1;

/** A client whose connection was detached from the thread that accepted it. */
export interface QueuedClient {
  readonly fd: number;
  readonly id: number;
  readonly peer: Address;
}

/** Memory for a queue of at least `capacity` clients. */
export function createQueueMemory(capacity: number): SharedArrayBuffer {
  // A power of two, so that the places go on in order when the count of clients wraps around.
  const slots = 2 ** Math.ceil(Math.log2(Math.max(1, capacity)));
  const length = HEADER_LENGTH + slots * SLOT_LENGTH;
  return new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT);
}

/** See the module. Any number of threads may have one on the same memory. */
export class ClientQueue {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #slots: number;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  #put = 0;

  constructor(readonly memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
    this.#bytes = new Uint8Array(memory);
    this.#slots = (this.#words.length - HEADER_LENGTH) / SLOT_LENGTH;
  }

  /** How many clients wait for a thread. */
  get length(): number {
    return Atomics.load(this.#words, QUEUED) & ~CLOSED;
  }

  /** How many threads wait for a client. */
  get waitingThreads(): number {
    return Atomics.load(this.#words, WAITING);
  }

  /** How many clients were put, and not {@linkcode finished}. */
  get unfinished(): number {
    return Atomics.load(this.#words, UNFINISHED);
  }

  /** The most that were unfinished at once. */
  get everBusy(): number {
    return Atomics.load(this.#words, EVER_BUSY);
  }

  /** How many threads there are, as the supervisor has set it. */
  get threads(): number {
    return Atomics.load(this.#words, THREADS);
  }

  set threads(count: number) {
    Atomics.store(this.#words, THREADS, count);
  }

  get isClosed(): boolean {
    return (Atomics.load(this.#words, QUEUED) & CLOSED) !== 0;
  }

  /** Puts a client in. Only one thread may call it, with no more clients than the memory is for. */
  put({ fd, id, peer }: QueuedClient): void {
    const at = this.#slot(this.#put);
    const words = this.#words;
    // The thread that took the last client of this slot may still be reading it.
    while (Atomics.load(words, at + STATE) === FULL) Atomics.wait(words, at + STATE, FULL);
    words[at + DESCRIPTOR] = fd;
    words[at + ID] = id;
    words[at + PORT] = peer.port;
    const host = this.#encoder.encode(peer.host).subarray(0, HOST_BYTES);
    words[at + HOST_LENGTH] = host.length;
    this.#bytes.set(host, (at + HOST) * Int32Array.BYTES_PER_ELEMENT);
    Atomics.store(words, at + STATE, FULL);
    this.#put = (this.#put + 1) | 0;
    const unfinished = Atomics.add(words, UNFINISHED, 1) + 1;
    if (unfinished > this.everBusy) Atomics.store(words, EVER_BUSY, unfinished);
    Atomics.add(words, QUEUED, 1);
    Atomics.notify(words, QUEUED, 1);
  }

  /** @returns whether the supervisor has answered the last call, so that the caller must call again */
  callSupervisor(): boolean {
    return Atomics.exchange(this.#words, CALLED, 1) === 0;
  }

  /** Says that the supervisor has heard the last call. */
  answerCall(): void {
    Atomics.store(this.#words, CALLED, 0);
  }

  /**
   * Takes a client, and waits for one if there is none.
   *
   * @param mostWaiting how many threads may wait at once, counting this one
   * @returns `null` when the queue is empty, and is closed or has as many waiting threads as it may
   */
  take(mostWaiting = Infinity): QueuedClient | null {
    const words = this.#words;
    let client = this.tryTake();
    if (client !== undefined) return client;
    if (!this.#beginWaiting(mostWaiting)) return null;
    while ((client = this.tryTake()) === undefined) Atomics.wait(words, QUEUED, 0);
    Atomics.sub(words, WAITING, 1);
    return client;
  }

  /** Counts this thread among those that wait, if it may wait. */
  #beginWaiting(most: number): boolean {
    const words = this.#words;
    for (let waiting; (waiting = Atomics.load(words, WAITING)) < most;) {
      if (Atomics.compareExchange(words, WAITING, waiting, waiting + 1) !== waiting) continue;
      Atomics.notify(words, WAITING);
      return true;
    }
    return false;
  }

  /** Says that the connection of a client that was taken is closed. */
  finished(): void {
    Atomics.sub(this.#words, UNFINISHED, 1);
    Atomics.notify(this.#words, UNFINISHED);
  }

  /** Says that no more clients come: threads that find the queue empty need not wait. */
  close(): void {
    Atomics.or(this.#words, QUEUED, CLOSED);
    Atomics.notify(this.#words, QUEUED);
  }

  /** Blocks until fewer than `count` clients are unfinished. */
  waitUntilFewerThan(count: number): void {
    for (let now; (now = this.unfinished) >= count;) Atomics.wait(this.#words, UNFINISHED, now);
  }

  /** Blocks until `count` threads wait for a client, at most `timeoutMs`. @returns whether they do */
  waitForThreads(count: number, timeoutMs: number): boolean {
    const waiting = this.waitingThreads;
    if (waiting < count) Atomics.wait(this.#words, WAITING, waiting, timeoutMs);
    return this.waitingThreads >= count;
  }

  /** Takes a client. @returns `undefined` when the queue is empty, and `null` when it is closed as well */
  tryTake(): QueuedClient | null | undefined {
    const words = this.#words;
    for (let queued; (queued = Atomics.load(words, QUEUED)) !== 0;) {
      if (queued === CLOSED) return null;
      if (Atomics.compareExchange(words, QUEUED, queued, queued - 1) === queued) {
        return this.#read();
      }
    }
    return undefined;
  }

  #read(): QueuedClient {
    const words = this.#words;
    const at = this.#slot(Atomics.add(words, TAKEN, 1));
    const hostAt = (at + HOST) * Int32Array.BYTES_PER_ELEMENT;
    const client = {
      fd: words[at + DESCRIPTOR],
      id: words[at + ID],
      peer: {
        host: this.#decoder.decode(this.#bytes.slice(hostAt, hostAt + words[at + HOST_LENGTH])),
        port: words[at + PORT],
      },
    };
    Atomics.store(words, at + STATE, EMPTY);
    Atomics.notify(words, at + STATE);
    return client;
  }

  #slot(index: number): number {
    return HEADER_LENGTH + ((index >>> 0) % this.#slots) * SLOT_LENGTH;
  }
}
