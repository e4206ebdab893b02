import { checkWaits, type Coroutine } from "./park.ts";
import { withTimeout } from "./timeout.ts";
import { Waiters } from "./waiters.ts";

/** The queue was empty, and no item came in time. */
export class QueueEmpty extends Error {
  override readonly name = "QueueEmpty";
}

/** The queue was full, and no item was taken in time. */
export class QueueFull extends Error {
  override readonly name = "QueueFull";
}

/**
 * Hands items from greenlet to greenlet, first in, first out.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop, Hub, spawn } from "./mod.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   const queue = new Queue<string>(1);
 *   const getter = spawn(() => queue.get());
 *   yield* queue.put("item");
 *   assertEquals(yield* getter.get(), "item");
 * });
 * ```
 */
export class Queue<Item> {
  readonly #max: number;
  readonly #getters = new Waiters();
  readonly #putters = new Waiters();
  #items: Item[] = [];
  /** The index of the first item. Moving all others up for each `get` would take too long. */
  #first = 0;

  static {
    checkWaits(this, "put", "get");
  }

  /** @param max the number of items that it holds; 0 or less is no limit, as in gevent */
  constructor(max = Infinity) {
    this.#max = max > 0 ? max : Infinity;
  }

  /** The number of items in it. */
  get size(): number {
    return this.#items.length - this.#first;
  }

  /**
   * Waits for room, and puts `item` in.
   *
   * @throws {QueueFull} when there was no room for `timeoutMs`
   */
  *put(item: Item, timeoutMs = Infinity): Coroutine {
    const isRoom = () => this.size < this.#max;
    if (!(yield* waitUntil(isRoom, this.#putters, timeoutMs))) throw new QueueFull();
    this.#items.push(item);
    this.#getters.wakeOne();
  }

  /**
   * Waits for an item, and takes it.
   *
   * @throws {QueueEmpty} when there was no item for `timeoutMs`
   */
  *get(timeoutMs = Infinity): Coroutine<Item> {
    const isThere = () => this.size > 0;
    if (!(yield* waitUntil(isThere, this.#getters, timeoutMs))) throw new QueueEmpty();
    const item = this.#items[this.#first++];
    if (this.#first > this.#items.length / 2) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    this.#putters.wakeOne();
    return item;
  }
}

/** @returns false when it did not hold for `timeoutMs` */
function* waitUntil(
  holds: () => boolean,
  waiters: Waiters,
  timeoutMs: number,
): Coroutine<boolean> {
  if (holds()) return true;
  if (timeoutMs <= 0) return false;
  return (yield* withTimeout(timeoutMs, () => untilItHolds(holds, waiters), "late")) !== "late";
}

function* untilItHolds(holds: () => boolean, waiters: Waiters): Coroutine {
  while (!holds()) yield* waiters.join();
}
