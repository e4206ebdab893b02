import { checkWaits, type Coroutine } from "./park.ts";
import { withTimeout } from "./timeout.ts";
import { Waiters } from "./waiters.ts";

/** There was nothing in the queue, and nothing came in time. */
export class QueueEmpty extends Error {
  override readonly name = "QueueEmpty";
}

/** There was no room in the queue, and nothing was taken in time. */
export class QueueFull extends Error {
  override readonly name = "QueueFull";
}

/** First in, first out, between greenlets. */
export class Queue<Item> {
  readonly #max: number;
  readonly #getters = new Waiters();
  readonly #putters = new Waiters();
  #items: Item[] = [];
  /** Where the first one is: to move all the others up for each that is taken would take too long. */
  #first = 0;

  static {
    checkWaits(this, "put", "get");
  }

  /** @param most to put more in has to wait; 0 or less is no limit, as in gevent */
  constructor(max = Infinity) {
    this.#max = max > 0 ? max : Infinity;
  }

  get size(): number {
    return this.#items.length - this.#first;
  }

  /**
   * Waits for room, and puts `item` in.
   *
   * @throws {QueueFull} when there was none for `timeoutMs`
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
   * @throws {QueueEmpty} when there was none for `timeoutMs`
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
