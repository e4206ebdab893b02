/**
 * The end of the queue of clients at which threads take them, see `client_queue.ts`, and how many may wait
 * there. A thread loads no more of it.
 *
 * @module
 */

import type { ThreadPlan } from "../context/threads.ts";
import type { Address } from "../sockets/interface.ts";

/** Places of the header. */
export const QUEUED = 0;
const TAKEN = 1;
export const WAITING = 2;
export const UNFINISHED = 3;
export const CALLED = 4;
export const THREADS = 5;
export const EVER_BUSY = 6;
export const REFUSED = 7;
export const HEADER_LENGTH = 16;

/** Added to the number of queued clients when there will be no more. */
export const CLOSED = 0x4000_0000;

/** Places in the slot of a client. */
export const STATE = 0;
export const DESCRIPTOR = 1;
export const ID = 2;
export const PORT = 3;
export const HOST_LENGTH = 4;
export const HOST = 5;
export const SLOT_LENGTH = 24;
/** Longer than any IPv6 address with a zone, `IF_NAMESIZE` in <net/if.h> being 16. */
export const HOST_BYTES = (SLOT_LENGTH - HOST) * Int32Array.BYTES_PER_ELEMENT;

const EMPTY = 0;
export const FULL = 1;

/** A client whose connection was detached from the thread that accepted it. */
export interface QueuedClient {
  readonly fd: number;
  readonly id: number;
  readonly peer: Address;
}

/** Where a thread takes its clients. Any number of threads may have one on the same memory. */
export class QueuedClients {
  protected readonly words: Int32Array;
  protected readonly bytes: Uint8Array;
  readonly #slots: number;

  /** @param memory of `createQueueMemory` */
  constructor(readonly memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory);
    this.bytes = new Uint8Array(memory);
    this.#slots = (this.words.length - HEADER_LENGTH) / SLOT_LENGTH;
  }

  /** The most that were unfinished at once. */
  get everBusy(): number {
    return Atomics.load(this.words, EVER_BUSY);
  }

  /**
   * Takes a client, and waits for one if there is none.
   *
   * @param mostWaiting how many threads may wait at once, counting this one
   * @returns `null` when the queue is empty, and is closed or has as many waiting threads as it may
   */
  take(mostWaiting = Infinity): QueuedClient | null {
    const { words } = this;
    let client = this.tryTake();
    if (client !== undefined) return client;
    if (!this.#beginWaiting(mostWaiting)) return null;
    while ((client = this.tryTake()) === undefined) Atomics.wait(words, QUEUED, 0);
    Atomics.sub(words, WAITING, 1);
    return client;
  }

  /** Counts this thread among those that wait, if it may wait. */
  #beginWaiting(most: number): boolean {
    const { words } = this;
    for (let waiting; (waiting = Atomics.load(words, WAITING)) < most;) {
      if (Atomics.compareExchange(words, WAITING, waiting, waiting + 1) !== waiting) continue;
      Atomics.notify(words, WAITING);
      return true;
    }
    return false;
  }

  /** Says that the connection of a client that was taken is closed. */
  finished(): void {
    Atomics.sub(this.words, UNFINISHED, 1);
    Atomics.notify(this.words, UNFINISHED);
  }

  /** Takes a client. @returns `undefined` when the queue is empty, and `null` when it is closed as well */
  tryTake(): QueuedClient | null | undefined {
    const { words } = this;
    for (let queued; (queued = Atomics.load(words, QUEUED)) !== 0;) {
      if (queued === CLOSED) return null;
      if (Atomics.compareExchange(words, QUEUED, queued, queued - 1) === queued) {
        return this.#read();
      }
    }
    return undefined;
  }

  #read(): QueuedClient {
    const { words } = this;
    const at = this.slot(Atomics.add(words, TAKEN, 1));
    const hostAt = (at + HOST) * Int32Array.BYTES_PER_ELEMENT;
    const host = this.bytes.subarray(hostAt, hostAt + words[at + HOST_LENGTH]);
    const client = {
      fd: words[at + DESCRIPTOR],
      id: words[at + ID],
      peer: {
        host: String.fromCharCode(...host), // ASCII: a TextDecoder would take a new thread longer
        port: words[at + PORT],
      },
    };
    Atomics.store(words, at + STATE, EMPTY);
    Atomics.notify(words, at + STATE);
    return client;
  }

  /** Where the slot of a client begins. */
  protected slot(index: number): number {
    return HEADER_LENGTH + ((index >>> 0) % this.#slots) * SLOT_LENGTH;
  }
}

/**
 * How many threads may wait for a client.
 *
 * @param everBusy how many clients were ever served at once
 */
export function mostIdle({ spare, keep }: ThreadPlan, everBusy: number): number {
  return Math.max(spare, Math.min(keep, everBusy));
}
