/**
 * The other queues of `gevent.queue`.
 *
 * @module
 */

import { Event } from "./event.ts";
import { checkWaits, type Coroutine } from "./park.ts";
import { END, Queue, QueueEmpty, QueueFull, waitUntil } from "./queue.ts";
import { compareItems, Least, Lifo } from "./stores.ts";
import { withTimeout } from "./timeout.ts";
import { Waiters } from "./waiters.ts";

/**
 * `gevent.queue.LifoQueue`: a {@linkcode Queue} of which the last item comes out first.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const queue = new LifoQueue<number>(Infinity, [1, 2]);
 * assertEquals(queue.getNowait(), 2);
 * ```
 */
export class LifoQueue<Item> extends Queue<Item> {
  constructor(max = Infinity, items: Iterable<Item> = []) {
    super(max, items, new Lifo());
  }
}

/**
 * `gevent.queue.PriorityQueue`: a {@linkcode Queue} of which the least item comes out first. Items are
 * numbers, texts, or arrays such as `[priority, data]`; for others, say how they compare.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const queue = new PriorityQueue<[number, string]>(Infinity, [[2, "later"], [1, "now"]]);
 * assertEquals(queue.getNowait(), [1, "now"]);
 * ```
 */
export class PriorityQueue<Item> extends Queue<Item> {
  /** @param compare negative when `a` comes first */
  constructor(
    max = Infinity,
    items: Iterable<Item> = [],
    compare: (a: Item, b: Item) => number = compareItems,
  ) {
    super(
      max,
      items,
      new Least<Item | typeof END>((a, b) => {
        if (a === END || b === END) return Number(a === END) - Number(b === END); // comes last
        return compare(a, b);
      }),
    );
  }
}

/**
 * `gevent.queue.JoinableQueue`: a {@linkcode Queue} that knows which of its items are done.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop, Hub, sleep, spawn } from "./mod.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   const queue = new JoinableQueue<number>(Infinity, [1, 2, 3]);
 *   spawn(function* () {
 *     for (;;) {
 *       yield* sleep(yield* queue.get());
 *       queue.taskDone();
 *     }
 *   });
 *   assertEquals(yield* queue.join(), true);
 * });
 * ```
 */
export class JoinableQueue<Item> extends Queue<Item> {
  readonly #done = new Event();
  #unfinished: number;

  static {
    checkWaits(this, "join");
  }

  constructor(max = Infinity, items: Iterable<Item> = []) {
    super(max, items);
    this.#unfinished = this.size;
    if (this.#unfinished === 0) this.#done.set();
  }

  /** How many items were put in for which {@linkcode taskDone} was not called. */
  get unfinishedTasks(): number {
    return this.#unfinished;
  }

  protected override added(item: Item | typeof END): void {
    this.#unfinished++;
    this.#done.clear();
    super.added(item);
  }

  /** Says that all is done for an item that was taken. @throws {RangeError} when that was said for all already */
  taskDone(): void {
    if (this.#unfinished === 0) throw new RangeError("taskDone() called too many times");
    if (--this.#unfinished === 0) this.#done.set();
  }

  /** Waits until all is done for all items. @returns false when that took longer than `timeoutMs` */
  *join(timeoutMs = Infinity): Coroutine<boolean> {
    return yield* this.#done.wait(timeoutMs);
  }
}

/** An item that a greenlet wants to hand over. */
interface Offer<Item> {
  readonly item: Item | typeof END;
  readonly giver: Waiters;
  isTaken: boolean;
}

/**
 * `gevent.queue.Channel`: keeps nothing. Who puts an item in waits until another greenlet takes it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop, Hub, spawn } from "./mod.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   const channel = new Channel<string>();
 *   const getter = spawn(() => channel.get());
 *   yield* channel.put("from hand to hand");
 *   assertEquals(yield* getter.get(), "from hand to hand");
 * });
 * ```
 */
export class Channel<Item> {
  readonly #offers: Offer<Item>[] = [];
  readonly #getters = new Waiters();

  static {
    checkWaits(this, "put", "get", "next");
  }

  /** How many more greenlets want to give than to take; negative if more want to take. */
  get balance(): number {
    return this.#offers.length - this.#getters.size;
  }

  /** @throws {QueueFull} when nobody took it for `timeoutMs` */
  *put(item: Item | typeof END, timeoutMs = Infinity): Coroutine {
    const offer: Offer<Item> = { item, giver: new Waiters(), isTaken: false };
    this.#offers.push(offer);
    this.#getters.wakeOne();
    try {
      yield* withTimeout(timeoutMs, () => offer.giver.join(), undefined);
    } finally {
      if (!offer.isTaken) this.#offers.splice(this.#offers.indexOf(offer), 1);
    }
    if (!offer.isTaken) throw new QueueFull();
  }

  /** @throws {QueueEmpty} when nobody gave one for `timeoutMs` */
  *get(timeoutMs = Infinity): Coroutine<Item> {
    return (yield* this.#take(timeoutMs)) as Item; // END is for those who call next()
  }

  /** As {@linkcode Queue.next}. */
  *next(): Coroutine<IteratorResult<Item, undefined>> {
    const item = yield* this.#take(Infinity);
    return item === END ? { done: true, value: undefined } : { done: false, value: item };
  }

  *#take(timeoutMs: number): Coroutine<Item | typeof END> {
    const isOffered = () => this.#offers.length > 0;
    yield* waitUntil(isOffered, this.#getters, timeoutMs);
    const offer = this.#offers.shift();
    if (offer === undefined) throw new QueueEmpty();
    offer.isTaken = true;
    offer.giver.wakeOne();
    return offer.item;
  }
}
