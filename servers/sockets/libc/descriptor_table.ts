/**
 * The clients of a server, and the listener of each of its threads and what wakes its loop, in memory that
 * all of them see.
 *
 * @module
 */

import { ClientCount } from "../client_count.ts";
import { SERVER_WORKS, type Turn } from "../interface_values.ts";
import { ABSENT, ClientTable, COUNT, place, PRESENT, RELEASED } from "./client_table.ts";
import { ACTIVITY, DISMISSED, ID, THREAD, TURN } from "./client_table.ts";
import { FIELDS, HEADER_LENGTH, THREAD_LENGTH, THREADS } from "./client_table.ts";

/** Places of words of 32 bits: others at the beginning are those of {@linkcode ClientTable}. */
const STOPPING = 0;
const HIGHEST_THREAD = 1;
const HIGHEST = 3;
/** Places in the words of a thread. */
const LISTENER = 0;
const WAKER = 1;

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
 * A {@linkcode ClientTable} for who accepts clients or ends them, with the threads that do the one or wait
 * for several clients. They close their listeners, and others shut them down: both exclude each other.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const memory = createDescriptorMemory(64);
 * new DescriptorTable(memory, 1).waker = 5;
 * assertEquals([...new DescriptorTable(memory).wakers()], [5]);
 * ```
 */
export class DescriptorTable extends ClientTable {
  /** The clients that have a descriptor, here or in another process. */
  readonly count: ClientCount;
  /** Where the words of this thread begin. */
  readonly #own: number;

  /**
   * @param memory of {@linkcode createDescriptorMemory}
   * @param thread the number of this thread, if it has a listener or a readiness call: 0 is the
   *   server's first, and its workers count from 1 to `MAX_WORKERS`
   * @param common {@linkcode COMMON_BYTES} that processes share, each of which has a memory of its own
   */
  constructor(memory: ArrayBufferLike, thread = 0, common = memory) {
    super(memory, common);
    this.count = new ClientCount(this.common.subarray(COUNT));
    const { words } = this;
    this.#own = THREADS + thread * THREAD_LENGTH;
    for (let highest; (highest = Atomics.load(words, HIGHEST_THREAD)) < thread;) {
      Atomics.compareExchange(words, HIGHEST_THREAD, highest, thread);
    }
  }

  /** How many descriptors there is room for. */
  get capacity(): number {
    return (this.words.length - HEADER_LENGTH) / FIELDS;
  }

  /** Whether the server is stopping. */
  get stopping(): boolean {
    return Atomics.load(this.common, STOPPING) !== 0;
  }

  /** Tells all threads that the server stops. */
  stop(): void {
    Atomics.store(this.common, STOPPING, 1);
  }

  /** How many clients have a descriptor, here or in another process. */
  get openCount(): number {
    return this.count.open;
  }

  /** A client's descriptor, from now on. @returns false when there are `max` clients already */
  add(fd: number, max = Infinity): boolean {
    const at = place(fd);
    if (at >= this.words.length) throw new Error(`descriptor ${fd} is beyond the limit`);
    if (!this.count.tryEnter(max)) return false;
    this.words[at + ACTIVITY]++; // the descriptor belonged to another client before
    this.words[at + TURN] = SERVER_WORKS;
    this.words[at + DISMISSED] = 0;
    Atomics.store(this.words, at, PRESENT);
    for (let highest; (highest = Atomics.load(this.words, HIGHEST)) < fd;) {
      Atomics.compareExchange(this.words, HIGHEST, highest, fd);
    }
    return true;
  }

  /** A client that has departed is served. */
  servedElsewhere(): void {
    this.count.leave();
    this.released();
  }

  /** Blocks this thread until a descriptor was closed, at most `timeoutMs`. */
  waitForRelease(timeoutMs: number): void {
    Atomics.wait(this.words, RELEASED, Atomics.load(this.words, RELEASED), timeoutMs);
  }

  /** See {@linkcode Connection.turn}. */
  turn(fd: number): Turn {
    // Nothing else is ever stored there.
    return Atomics.load(this.words, place(fd) + TURN) as Turn;
  }

  /** The number of the client, see {@linkcode Connection.id}. */
  id(fd: number): number {
    return Atomics.load(this.words, place(fd) + ID);
  }

  setId(fd: number, id: number): void {
    Atomics.store(this.words, place(fd) + ID, id);
  }

  /** Which thread may be blocked in a call on `fd`. */
  thread(fd: number): number {
    return Atomics.load(this.words, place(fd) + THREAD);
  }

  /** The descriptors of clients. */
  *clients(): Generator<number> {
    const highest = Atomics.load(this.words, HIGHEST);
    for (let fd = 0; fd <= highest; fd++) {
      if (Atomics.load(this.words, place(fd)) !== ABSENT) yield fd;
    }
  }

  /** Where it can be written to wake this thread's readiness call; `undefined` if it has none. */
  get waker(): number | undefined {
    return toDescriptor(Atomics.load(this.words, this.#own + WAKER));
  }

  set waker(fd: number) {
    Atomics.store(this.words, this.#own + WAKER, fd + 1);
  }

  /** The wakers of all threads. They stay open as long as the server runs. */
  *wakers(): Generator<number> {
    for (const at of this.#threads()) {
      const waker = toDescriptor(Atomics.load(this.words, at + WAKER));
      if (waker !== undefined) yield waker;
    }
  }

  /** Where the words of each thread begin. */
  *#threads(): Generator<number> {
    const highest = Atomics.load(this.words, HIGHEST_THREAD);
    for (let thread = 0; thread <= highest; thread++) yield THREADS + thread * THREAD_LENGTH;
  }

  /** Sets the listening descriptor of this thread; `undefined` before it is closed. */
  setListener(fd: number | undefined): void {
    const at = this.#own + LISTENER;
    if (fd !== undefined) {
      Atomics.store(this.words, at, fd + 1);
      return;
    }
    for (;;) {
      const held = Atomics.load(this.words, at);
      // Negative while another thread holds it, for the time of one shutdown(2).
      if (held >= 0 && Atomics.compareExchange(this.words, at, held, 0) === held) return;
    }
  }

  /** Calls `action` with this thread's listening descriptor, if it is open, and keeps it open meanwhile. */
  withListener(action: (fd: number) => void): void {
    this.#withListener(this.#own + LISTENER, action);
  }

  /** {@linkcode withListener} for each thread. */
  withListeners(action: (fd: number) => void): void {
    for (const at of this.#threads()) this.#withListener(at + LISTENER, action);
  }

  #withListener(at: number, action: (fd: number) => void): void {
    const held = Atomics.load(this.words, at);
    if (held <= 0 || Atomics.compareExchange(this.words, at, held, -held) !== held) return;
    try {
      action(held - 1);
    } finally {
      Atomics.store(this.words, at, held);
    }
  }
}

function toDescriptor(stored: number): number | undefined {
  return stored === 0 ? undefined : stored - 1;
}
