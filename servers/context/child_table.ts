/**
 * The child processes of a server that forks, in memory that the server and its supervisor map: the server
 * lists them, and the supervisor requests what the server is to do with them.
 *
 * @module
 */

import { maxWorkers } from "./worker_limit.ts";

/** Places of the numbers before the children's. */
const STOPPING = 0;
const SERVER = 1;
const HIGHEST = 2;
const REQUESTED = 3;
const HEADER_LENGTH = 8;
/** Of each child: its process id, 0 where there is none, and what is requested for it. */
const PID = 0;
const REQUEST = 1;
const FIELDS = 2;

/** What the supervisor may request for a child, each more than the one before. */
export const REQUESTS = ["none", "finish", "dismiss", "abort"] as const;
/** One of {@linkcode REQUESTS}. */
export type Request = typeof REQUESTS[number];

/** No machine has more processes than this, and their counters would fill its memory. */
const MAX_CHILDREN = 32_768;

/**
 * How many children a server may have. One costs it no descriptor, but a server that may have few
 * descriptors should not have many processes either.
 */
export function maxChildren(descriptorLimit: number): number {
  return Math.min(maxWorkers(descriptorLimit, 1), MAX_CHILDREN);
}

/** The size of the memory for `max` children. */
export function childTableBytes(max: number): number {
  return (HEADER_LENGTH + max * FIELDS) * Int32Array.BYTES_PER_ELEMENT;
}

/** A child, as long as it is there. */
export interface ListedChild {
  readonly pid: number;
  /** Its number, from 1 on: that of its block of counters, and of its records in the trace. */
  readonly number: number;
}

/** See the module. */
export class ChildTable {
  readonly #words: Int32Array;

  constructor(memory: ArrayBufferLike) {
    this.#words = new Int32Array(memory);
  }

  /** The process id of the server that forks; 0 before it runs. */
  get serverPid(): number {
    return Atomics.load(this.#words, SERVER);
  }

  set serverPid(pid: number) {
    Atomics.store(this.#words, SERVER, pid);
  }

  /** Whether the server is to accept no more. */
  get isStopping(): boolean {
    return Atomics.load(this.#words, STOPPING) === 1;
  }

  /** Has the server accept no more. */
  stop(): void {
    Atomics.store(this.#words, STOPPING, 1);
  }

  add({ pid, number }: ListedChild): void {
    Atomics.store(this.#words, placeOf(number) + REQUEST, 0);
    Atomics.store(this.#words, placeOf(number) + PID, pid);
    if (number > Atomics.load(this.#words, HIGHEST)) Atomics.store(this.#words, HIGHEST, number);
  }

  remove(number: number): void {
    Atomics.store(this.#words, placeOf(number) + PID, 0);
  }

  /** The children that are there. */
  *children(): Generator<ListedChild> {
    const highest = Atomics.load(this.#words, HIGHEST);
    for (let number = 1; number <= highest; number++) {
      const pid = Atomics.load(this.#words, placeOf(number) + PID);
      if (pid !== 0) yield { pid, number };
    }
  }

  /** Requests something for a child. The server must be woken. */
  request({ number }: ListedChild, request: Request): void {
    const place = placeOf(number) + REQUEST;
    const wanted = REQUESTS.indexOf(request);
    if (Atomics.load(this.#words, place) < wanted) Atomics.store(this.#words, place, wanted);
    Atomics.store(this.#words, REQUESTED, 1);
  }

  /** Requests that the server look at the clients of all children. The server must be woken. */
  requestAll(): void {
    Atomics.store(this.#words, REQUESTED, 1);
  }

  /** Whether something was requested since the last call. */
  takeRequested(): boolean {
    return Atomics.exchange(this.#words, REQUESTED, 0) === 1;
  }

  /** What is requested for a child. */
  requestFor(number: number): Request {
    return REQUESTS[Atomics.load(this.#words, placeOf(number) + REQUEST)];
  }
}

function placeOf(number: number): number {
  return HEADER_LENGTH + (number - 1) * FIELDS;
}
