/**
 * Which descriptors of this process belong to clients, in memory that all its threads see.
 *
 * A thread that blocks in `recv` receives no messages, but another thread can shut down its socket. By
 * then the descriptor may have been closed and reused, so closing a descriptor and shutting it down
 * exclude each other.
 *
 * @module
 */

/** The most threads with a listener or a readiness call of their own, beside the server's first. */
export const MAX_WORKERS = 1_000;
/** Where the words of those threads begin, and how many each has: they are in `descriptor_table.ts`. */
export const THREADS = 16;
export const THREAD_LENGTH = 2;

/** The first words are the server's. These are the places of two, and the others in `descriptor_table.ts`. */
export const RELEASED = 2;
/** Of a `ClientCount`, which begins with how many clients there are. */
export const COUNT = 4;
export const HEADER_LENGTH = THREADS + (1 + MAX_WORKERS) * THREAD_LENGTH;

/**
 * Each descriptor has its state, its activity, the thread that serves its client, whose turn it is,
 * whether the server ends the client because it was silent, and the number of the client.
 */
export const FIELDS = 6;
export const STATE = 0;
export const ACTIVITY = 1;
export const THREAD = 2;
export const TURN = 3;
export const DISMISSED = 4;
export const ID = 5;

/** States of a descriptor. */
export const ABSENT = 0;
export const PRESENT = 1;
/** Another thread is shutting it down right now. */
const HELD = 2;
/** As {@linkcode PRESENT}, and the server has told the client to end: it still receives what has come. */
export const TOLD_TO_END = 3;
/** As {@linkcode TOLD_TO_END}, and the client gets nothing more. */
export const CUT_OFF = 4;

/**
 * See the module. Any number of threads may have one on the same memory; this is as much of it as a thread
 * needs that gets its clients from another, and the rest is in `descriptor_table.ts`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createDescriptorMemory, DescriptorTable } from "./descriptor_table.ts";
 * const server = new DescriptorTable(createDescriptorMemory(1_024));
 * server.add(5);
 * const thread = new ClientTable(server.memory);
 * server.finish(5, () => {}, false);
 * assertEquals(thread.isCutOff(5), true);
 * thread.remove(5);
 * assertEquals(server.openCount, 0);
 * ```
 */
export class ClientTable {
  /** Of which a connection reads and writes its own with each message. */
  readonly words: Int32Array;
  /** The words about the whole server. */
  protected readonly common: Int32Array;

  /**
   * @param memory of `createDescriptorMemory`
   * @param common what is about the whole server, which processes share that have a memory of their own
   */
  constructor(readonly memory: ArrayBufferLike, common = memory) {
    this.words = new Int32Array(memory);
    this.common = new Int32Array(common);
  }

  /** Call it before closing `fd`. Waits while another thread holds it. */
  remove(fd: number): void {
    this.depart(fd);
    Atomics.sub(this.common, COUNT, 1);
  }

  /** As {@linkcode remove}, if another process serves the client from now on. The client still counts. */
  depart(fd: number): void {
    for (;;) {
      const state = Atomics.load(this.words, place(fd));
      if (state === ABSENT) throw new Error(`descriptor ${fd} is not a client's`);
      // It is held for the time of one shutdown(2).
      if (state === HELD) continue;
      if (Atomics.compareExchange(this.words, place(fd), state, ABSENT) === state) return;
    }
  }

  /** Call it after closing a descriptor: wakes the thread that waits for one. */
  released(): void {
    Atomics.add(this.words, RELEASED, 1);
    Atomics.notify(this.words, RELEASED);
  }

  /** Grows when bytes move, and stays the same while the client is idle. */
  activity(fd: number): number {
    return Atomics.load(this.words, place(fd) + ACTIVITY);
  }

  /** Whether the server has told the client to end: it still receives what has arrived, and no more. */
  isFinished(fd: number): boolean {
    return Atomics.load(this.words, place(fd)) >= TOLD_TO_END;
  }

  /** Whether the server has ended the client before it had everything. */
  isCutOff(fd: number): boolean {
    return Atomics.load(this.words, place(fd)) === CUT_OFF;
  }

  /** Whether the server has told the client to end because it was silent. */
  isDismissed(fd: number): boolean {
    return Atomics.load(this.words, place(fd) + DISMISSED) === 1;
  }

  /** Call it before {@linkcode finish}, of a client that was silent. */
  dismiss(fd: number): void {
    Atomics.store(this.words, place(fd) + DISMISSED, 1);
  }

  /** From now on `thread` may be blocked in a call on `fd`. */
  setThread(fd: number, thread: number): void {
    Atomics.store(this.words, place(fd) + THREAD, thread);
  }

  /** Blocks this thread for `ms` milliseconds, or until the client with `fd` is cut off. */
  sleep(fd: number, ms: number): void {
    const until = performance.now() + ms;
    for (let left = ms; left > 0; left = until - performance.now()) {
      const state = Atomics.load(this.words, place(fd));
      if (state === CUT_OFF || state === ABSENT) return;
      Atomics.wait(this.words, place(fd), state, left);
    }
  }

  /**
   * Tells the client's thread to end it, and calls `action` while the descriptor cannot be closed.
   *
   * @param owed whether the client still gets the rest of its answers
   * @returns false when it is no client's any more
   */
  finish(fd: number, action: (fd: number) => void = () => {}, owed = true): boolean {
    const state = Atomics.load(this.words, place(fd));
    if (state === ABSENT || state === HELD) return false;
    if (Atomics.compareExchange(this.words, place(fd), state, HELD) !== state) return false;
    try {
      action(fd);
    } finally {
      Atomics.store(this.words, place(fd), owed && state !== CUT_OFF ? TOLD_TO_END : CUT_OFF);
      Atomics.notify(this.words, place(fd));
    }
    return true;
  }
}

/**
 * Where the words of a descriptor begin: there is its state, and the other fields follow.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(place(1) - place(0), FIELDS);
 * ```
 */
export function place(fd: number): number {
  return HEADER_LENGTH + fd * FIELDS;
}
