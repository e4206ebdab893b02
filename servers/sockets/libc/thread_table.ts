/**
 * The listener of each thread of a server, and what wakes its loop, in memory that all of them see.
 *
 * @module
 */

/** The most threads with a listener or a readiness call of their own, beside the server's first. */
export const MAX_WORKERS = 1_000;

/** Places of the words of 32 bits: those before belong to others. */
const HIGHEST_THREAD = 1;
const THREADS = 16;
const THREAD_LENGTH = 2;
const LISTENER = 0;
const WAKER = 1;
/** Where the words after these begin. */
export const END_OF_THREADS = THREADS + (1 + MAX_WORKERS) * THREAD_LENGTH;

/**
 * See the module. Threads close their listeners, and others shut them down: both exclude each other.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const words = new Int32Array(END_OF_THREADS);
 * new ThreadTable(words, 1).waker = 5;
 * assertEquals([...new ThreadTable(words).wakers()], [5]);
 * ```
 */
export class ThreadTable {
  /** Where the words of this thread begin. */
  readonly #own: number;

  /**
   * @param words of which a connection reads and writes its own with each message
   * @param thread the number of this thread, if it has a listener or a readiness call: 0 is the
   *   server's first, and its workers count from 1 to {@linkcode MAX_WORKERS}
   */
  constructor(readonly words: Int32Array, thread = 0) {
    this.#own = THREADS + thread * THREAD_LENGTH;
    for (let highest; (highest = Atomics.load(words, HIGHEST_THREAD)) < thread;) {
      Atomics.compareExchange(words, HIGHEST_THREAD, highest, thread);
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
