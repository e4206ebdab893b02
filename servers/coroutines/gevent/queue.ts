import { checkWaits, type Coroutine } from "./park.ts";
import { Fifo, type Store } from "./stores.ts";
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

/** Put into a queue, it ends the loop over its items. Python: `StopIteration`. */
export const END: unique symbol = Symbol("the end of a queue");

/**
 * `gevent.queue.Queue`: hands items from greenlet to greenlet, first in, first out.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop, Hub, spawn } from "./mod.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   const queue = new Queue<string>(1);
 *   const reader = spawn(function* () {
 *     const read: string[] = [];
 *     for (let step; !(step = yield* queue.next()).done;) read.push(step.value);
 *     return read;
 *   });
 *   for (const item of ["a", "b", END] as const) yield* queue.put(item);
 *   assertEquals(yield* reader.get(), ["a", "b"]);
 * });
 * ```
 */
export class Queue<Item> {
  /** The number of items that it holds at most. */
  readonly max: number;
  readonly #store: Store<Item | typeof END>;
  readonly #getters = new Waiters();
  readonly #putters = new Waiters();

  static {
    checkWaits(this, "put", "get", "peek", "next");
  }

  /**
   * @param max the number of items that it holds; 0 or less is no limit, as in gevent
   * @param items are in it from the beginning
   * @param store how it keeps its items; a subclass may bring another one
   */
  constructor(
    max = Infinity,
    items: Iterable<Item> = [],
    store: Store<Item | typeof END> = new Fifo(),
  ) {
    this.max = max > 0 ? max : Infinity;
    this.#store = store;
    for (const item of items) store.push(item);
  }

  /** The number of items in it. Python: `qsize()`, `len(queue)`. */
  get size(): number {
    return this.#store.size;
  }

  /** Whether there is no item in it. */
  get empty(): boolean {
    return this.size === 0;
  }

  /** Whether it holds no more items. */
  get full(): boolean {
    return this.size >= this.max;
  }

  /**
   * Waits for room, and puts `item` in.
   *
   * @throws {QueueFull} when there was no room for `timeoutMs`; with 0, it does not wait
   */
  *put(item: Item | typeof END, timeoutMs = Infinity): Coroutine {
    const isRoom = () => !this.full;
    if (!(yield* waitUntil(isRoom, this.#putters, timeoutMs))) throw new QueueFull();
    this.added(item);
  }

  /**
   * Puts `item` in without waiting, so that any code can: a callback of JavaScript's, too.
   *
   * @throws {QueueFull} when there is no room
   */
  putNowait(item: Item | typeof END): void {
    if (this.full) throw new QueueFull();
    this.added(item);
  }

  /** For subclasses: `item` has its place. */
  protected added(item: Item | typeof END): void {
    this.#store.push(item);
    this.#getters.wakeOne();
  }

  /**
   * Waits for an item, and takes it.
   *
   * @throws {QueueEmpty} when there was no item for `timeoutMs`; with 0, it does not wait
   */
  *get(timeoutMs = Infinity): Coroutine<Item> {
    return (yield* this.#take(timeoutMs)) as Item; // END is for those who call next()
  }

  /** Takes an item without waiting. @throws {QueueEmpty} when there is none */
  getNowait(): Item {
    if (this.empty) throw new QueueEmpty();
    return this.#takeFirst() as Item; // END is for those who call next()
  }

  /** As {@linkcode get}, and leaves the item where it is. */
  *peek(timeoutMs = Infinity): Coroutine<Item> {
    yield* this.#untilItem(timeoutMs);
    this.#getters.wakeOne(); // the item is still there, for another
    return this.#store.first() as Item; // END is for those who call next()
  }

  /** As {@linkcode getNowait}, and leaves the item where it is. */
  peekNowait(): Item {
    if (this.empty) throw new QueueEmpty();
    return this.#store.first() as Item; // END is for those who call next()
  }

  /** Python's `for item in queue`: the next item, or that it is `done` since it was {@linkcode END}. */
  *next(): Coroutine<IteratorResult<Item, undefined>> {
    const item = yield* this.#take(Infinity);
    return item === END ? { done: true, value: undefined } : { done: false, value: item };
  }

  *#take(timeoutMs: number): Coroutine<Item | typeof END> {
    yield* this.#untilItem(timeoutMs);
    return this.#takeFirst();
  }

  #takeFirst(): Item | typeof END {
    const item = this.#store.take();
    this.#putters.wakeOne();
    return item;
  }

  *#untilItem(timeoutMs: number): Coroutine {
    const isThere = () => !this.empty;
    if (!(yield* waitUntil(isThere, this.#getters, timeoutMs))) throw new QueueEmpty();
  }
}

/** @returns false when it did not hold for `timeoutMs` */
export function* waitUntil(
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
