/** Places of the numbers. A `ClientTable` knows the first as well. */
const OPEN = 0;
const LAST_ID = 1;
const PAUSES = 2;
/** How many words of 32 bits a count takes. */
export const CLIENT_COUNT_WORDS = 3;

/**
 * How many clients a server has, and the number that the next one gets, in memory that all threads see
 * that accept clients.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const count = new ClientCount();
 * assertEquals([count.tryEnter(1), count.tryEnter(1)], [true, false]);
 * count.leave();
 * assertEquals([count.open, count.nextId(), count.nextId()], [0, 1, 2]);
 * ```
 */
export class ClientCount {
  readonly #words: Int32Array;

  /** @param words the first {@linkcode CLIENT_COUNT_WORDS} of them are used */
  constructor(words: Int32Array = new Int32Array(CLIENT_COUNT_WORDS)) {
    this.#words = words;
  }

  /** How many clients there are. */
  get open(): number {
    return Atomics.load(this.#words, OPEN);
  }

  /** Counts one more. @returns false, and counts none, when there are `max` already */
  tryEnter(max: number): boolean {
    if (Atomics.add(this.#words, OPEN, 1) < max) return true;
    this.leave();
    return false;
  }

  /** Counts one less. */
  leave(): void {
    Atomics.sub(this.#words, OPEN, 1);
  }

  /** Whether no client is to be accepted now. */
  get isPaused(): boolean {
    return Atomics.load(this.#words, PAUSES) > 0;
  }

  /** No client is accepted from now on, since somebody else needs descriptors. */
  pause(): void {
    Atomics.add(this.#words, PAUSES, 1);
  }

  /** Ends one {@linkcode pause}. */
  resume(): void {
    Atomics.sub(this.#words, PAUSES, 1);
  }

  /** Counts from 1, and gives each number once: see {@linkcode Connection.id}. */
  nextId(): number {
    return Atomics.add(this.#words, LAST_ID, 1) + 1;
  }
}
