/** The size of the memory of a {@linkcode Mutex}. */
export const MUTEX_BYTES = Int32Array.BYTES_PER_ELEMENT;

const FREE = 0;

/**
 * A lock in memory that threads or processes share. Who waits for it sleeps in the system, futex(2).
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const memory = new SharedArrayBuffer(MUTEX_BYTES);
 * const mutex = new Mutex(memory, 1);
 * mutex.acquire();
 * mutex.release();
 * assertEquals(new Int32Array(memory)[0], 0); // free
 * ```
 */
export class Mutex {
  readonly #owner: Int32Array;

  /**
   * @param memory of {@linkcode MUTEX_BYTES}, zero at first
   * @param self the number of this thread or process, from 1 on
   */
  constructor(memory: ArrayBufferLike, private readonly self: number) {
    this.#owner = new Int32Array(memory, 0, 1);
  }

  /** Blocks until this thread has the lock. */
  acquire(): void {
    for (;;) {
      const owner = Atomics.compareExchange(this.#owner, 0, FREE, this.self);
      if (owner === FREE) return;
      Atomics.wait(this.#owner, 0, owner);
    }
  }

  /** Lets the next thread have it. Of a lock that this thread has not, it does nothing. */
  release(): void {
    if (Atomics.compareExchange(this.#owner, 0, this.self, FREE) !== this.self) return;
    Atomics.notify(this.#owner, 0, 1);
  }
}
