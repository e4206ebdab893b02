/**
 * A semaphore for child processes, in memory that the server and the supervisor see: the server takes a
 * permit for each client and blocks when there is none, and the supervisor gives it back when the child
 * has ended.
 *
 * @module
 */

import { maxWorkers } from "./worker_limit.ts";

/** Places of the numbers. */
const MAX = 0;
const FREE = 1;
const UNDERWAY = 2;
const ARE_SPARES_READY = 3;
const LENGTH = 4;

/** Blocks of counters: after the server's, the supervisor's, and from here on one for each permit. */
export const SUPERVISOR_BLOCK = 1;
export const FIRST_CHILD_BLOCK = 2;

/** The number in the trace of the child that has this block. */
export function workerOf(block: number): number {
  return block - FIRST_CHILD_BLOCK + 1;
}

/** How many clients may be on their way to the supervisor, each with its descriptor. */
const MAX_UNDERWAY = 64;

/** No machine has more processes than this, and their counters would fill its memory. */
const MAX_CHILDREN = 32_768;

/**
 * Memory for the semaphore. A child costs this process no descriptor once it has its client, but a server
 * that may have few descriptors should not have many processes either.
 */
export function createChildLimit(descriptorLimit: number): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(LENGTH * Int32Array.BYTES_PER_ELEMENT);
  const words = new Int32Array(memory);
  words[MAX] = words[FREE] = Math.min(maxWorkers(descriptorLimit, 1), MAX_CHILDREN);
  return memory;
}

/** See the module. */
export class ChildLimit {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** How many permits there are, taken or not. */
  get max(): number {
    return this.#words[MAX];
  }

  /** How many blocks of counters it takes. */
  get blocks(): number {
    return FIRST_CHILD_BLOCK + this.max;
  }

  get isExhausted(): boolean {
    return Atomics.load(this.#words, FREE) <= 0;
  }

  /** Takes a permit for a client that is on its way to the supervisor. */
  take(): void {
    Atomics.sub(this.#words, FREE, 1);
    Atomics.add(this.#words, UNDERWAY, 1);
  }

  /** The client has come to the supervisor, and its descriptor is closed. */
  arrived(): void {
    Atomics.sub(this.#words, UNDERWAY, 1);
    Atomics.notify(this.#words, UNDERWAY);
  }

  /** Gives the permit of a child back that has ended. */
  giveBack(): void {
    Atomics.add(this.#words, FREE, 1);
    Atomics.notify(this.#words, FREE);
  }

  /** Blocks until a permit is free and few clients are on their way. */
  waitForPermit(): void {
    this.#waitUntil(FREE, (free) => free > 0);
    this.#waitUntil(UNDERWAY, (underway) => underway < MAX_UNDERWAY);
  }

  /** Blocks until no child has a client. */
  waitForAll(): void {
    this.#waitUntil(FREE, (free) => free === this.max);
  }

  /** Blocks until {@linkcode sparesAreReady} was called. */
  waitForSpares(): void {
    this.#waitUntil(ARE_SPARES_READY, (ready) => ready === 1);
  }

  sparesAreReady(): void {
    Atomics.store(this.#words, ARE_SPARES_READY, 1);
    Atomics.notify(this.#words, ARE_SPARES_READY);
  }

  #waitUntil(place: number, isEnough: (value: number) => boolean): void {
    for (let value; !isEnough(value = Atomics.load(this.#words, place));) {
      Atomics.wait(this.#words, place, value);
    }
  }
}
