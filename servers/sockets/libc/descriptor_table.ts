/**
 * Which descriptors of this process belong to clients, in memory that all its threads see.
 *
 * A thread that blocks in `recv` receives no messages, but another thread can shut down its socket. By
 * then the descriptor may have been closed and reused, so closing a descriptor and shutting it down
 * exclude each other.
 *
 * @module
 */

import { SERVER_WORKS, type Turn } from "../interface.ts";

/** The first words are the server's. These are their places. */
const HEADER_LENGTH = 16;
const STOPPING = 0;
const LISTENER = 1;
const WAKER = 2;
const OPEN = 3;
const RELEASED = 4;
const HIGHEST = 5;
const LAST_ID = 6;

/**
 * Each descriptor has its state, its activity, the thread that serves its client, whose turn it is, and
 * whether the server ends the client because it was silent.
 */
export const FIELDS = 5;
export const STATE = 0;
export const ACTIVITY = 1;
const THREAD = 2;
export const TURN = 3;
const DISMISSED = 4;

/** States of a descriptor. */
const ABSENT = 0;
const PRESENT = 1;
/** Another thread is shutting it down right now. */
const HELD = 2;
/** As {@linkcode PRESENT}, and the server has told the client to end: it still receives what has come. */
export const TOLD_TO_END = 3;
/** As {@linkcode TOLD_TO_END}, and the client gets nothing more. */
export const CUT_OFF = 4;

/** The size of the words that are about the whole server. */
export const COMMON_BYTES = HEADER_LENGTH * Int32Array.BYTES_PER_ELEMENT;

/** No process may have more descriptors than this where nothing else is configured, proc(5). */
const MAX_DESCRIPTORS = 1_048_576;

/**
 * Memory for the descriptors below `limit`. What is not used takes no room.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const table = new DescriptorTable(createDescriptorMemory(1_024));
 * assertEquals(table.openCount, 0);
 * ```
 */
export function createDescriptorMemory(limit: number): SharedArrayBuffer {
  return new SharedArrayBuffer(descriptorBytes(limit));
}

/**
 * The size of the memory for the descriptors below `limit`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(createDescriptorMemory(64).byteLength, descriptorBytes(64));
 * ```
 */
export function descriptorBytes(limit: number): number {
  const count = Math.min(limit, MAX_DESCRIPTORS);
  return (HEADER_LENGTH + count * FIELDS) * Int32Array.BYTES_PER_ELEMENT;
}

/**
 * See the module. Any number of threads may have one on the same memory.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const table = new DescriptorTable(createDescriptorMemory(1_024));
 * table.add(5);
 * assertEquals([...table.clients()], [5]);
 * table.finish(5); // from another thread
 * assertEquals(table.isFinished(5), true);
 * ```
 */
export class DescriptorTable {
  /** A connection reads and writes those of its own descriptor with each message: see {@linkcode place}. */
  readonly words: Int32Array;

  readonly #common: Int32Array;

  /**
   * @param memory of {@linkcode createDescriptorMemory}
   * @param common {@linkcode COMMON_BYTES} that processes share, each of which has a memory of its own
   */
  constructor(readonly memory: ArrayBufferLike, common = memory) {
    this.words = new Int32Array(memory);
    this.#common = new Int32Array(common);
  }

  /** Whether the server is stopping. */
  get stopping(): boolean {
    return Atomics.load(this.#common, STOPPING) !== 0;
  }

  /** Tells all threads that the server stops. */
  stop(): void {
    Atomics.store(this.#common, STOPPING, 1);
  }

  /** How many clients have a descriptor, here or in another process. */
  get openCount(): number {
    return Atomics.load(this.#common, OPEN);
  }

  /** The next number of a client: see {@linkcode Connection.id}. */
  nextId(): number {
    return Atomics.add(this.#common, LAST_ID, 1) + 1;
  }

  /** Where it can be written to wake the server's readiness call; `undefined` if it has none. */
  get waker(): number | undefined {
    return toDescriptor(Atomics.load(this.words, WAKER));
  }

  set waker(fd: number) {
    Atomics.store(this.words, WAKER, fd + 1);
  }

  /**
   * A client's descriptor, from now on, unless there are `maxClients`: several may accept at once.
   *
   * @returns whether it is
   */
  add(fd: number, maxClients = Infinity): boolean {
    const at = place(fd);
    if (at >= this.words.length) throw new Error(`descriptor ${fd} is beyond the limit`);
    if (Atomics.add(this.#common, OPEN, 1) >= maxClients) {
      Atomics.sub(this.#common, OPEN, 1);
      return false;
    }
    this.words[at + ACTIVITY]++; // the descriptor belonged to another client before
    this.words[at + TURN] = SERVER_WORKS;
    this.words[at + DISMISSED] = 0;
    Atomics.store(this.words, at, PRESENT);
    if (fd > Atomics.load(this.words, HIGHEST)) Atomics.store(this.words, HIGHEST, fd);
    return true;
  }

  /** Call it before closing `fd`. Waits while another thread holds it. */
  remove(fd: number): void {
    this.depart(fd);
    Atomics.sub(this.#common, OPEN, 1);
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

  /** A client that has departed is served. */
  servedElsewhere(): void {
    Atomics.sub(this.#common, OPEN, 1);
    this.released();
  }

  /** Call it after closing a descriptor: wakes the thread that waits for one. */
  released(): void {
    Atomics.add(this.words, RELEASED, 1);
    Atomics.notify(this.words, RELEASED);
  }

  /** Blocks this thread until a descriptor was closed, at most `timeoutMs`. */
  waitForRelease(timeoutMs: number): void {
    Atomics.wait(this.words, RELEASED, Atomics.load(this.words, RELEASED), timeoutMs);
  }

  /** Grows when bytes move, and stays the same while the client is idle. */
  activity(fd: number): number {
    return Atomics.load(this.words, place(fd) + ACTIVITY);
  }

  /** See {@linkcode Connection.turn}. */
  turn(fd: number): Turn {
    // Nothing else is ever stored there.
    return Atomics.load(this.words, place(fd) + TURN) as Turn;
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

  /** Which thread may be blocked in a call on `fd`. */
  thread(fd: number): number {
    return Atomics.load(this.words, place(fd) + THREAD);
  }

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

  /** Sets the listening descriptor; `undefined` before it is closed. */
  setListener(fd: number | undefined): void {
    if (fd !== undefined) {
      Atomics.store(this.words, LISTENER, fd + 1);
      return;
    }
    for (;;) {
      const held = Atomics.load(this.words, LISTENER);
      // Negative while another thread holds it, for the time of one shutdown(2).
      if (held >= 0 && Atomics.compareExchange(this.words, LISTENER, held, 0) === held) return;
    }
  }

  /** Calls `action` with the listening descriptor, if it is open, and keeps it open meanwhile. */
  withListener(action: (fd: number) => void): void {
    const held = Atomics.load(this.words, LISTENER);
    if (held <= 0 || Atomics.compareExchange(this.words, LISTENER, held, -held) !== held) return;
    try {
      action(held - 1);
    } finally {
      Atomics.store(this.words, LISTENER, held);
    }
  }

  /** The descriptors of clients. */
  *clients(): Generator<number> {
    const highest = Atomics.load(this.words, HIGHEST);
    for (let fd = 0; fd <= highest; fd++) {
      if (Atomics.load(this.words, place(fd)) !== ABSENT) yield fd;
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

function toDescriptor(stored: number): number | undefined {
  return stored === 0 ? undefined : stored - 1;
}
