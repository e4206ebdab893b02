import { GreenletExit } from "../greenlet.ts";
import type { Greenlet } from "./greenlet.ts";
import { spawn } from "./hub.ts";
import { Semaphore } from "./lock.ts";
import { checkWaits, type Coroutine } from "./park.ts";
import { Waiters } from "./waiters.ts";

/** The results that `imap` and `imapUnordered` of a group give one by one. */
export class Mapped<Item, Value> {
  /** Those whose results were not taken: as they began, or as they ended. */
  readonly #greenlets: Greenlet<Value>[] = [];
  readonly #waiting = new Waiters();
  /** Lets one more begin with each result that is taken. */
  readonly #room: Semaphore | undefined;
  readonly #beginning: Greenlet;
  #running = 0;

  static {
    checkWaits(this, "next");
  }

  /**
   * @param begin begins what gives the result of an item
   * @param maxWaiting how many may have begun whose results were not asked for
   * @param isOrdered whether the results come in the order of the items
   */
  constructor(
    items: Iterable<Item>,
    begin: (item: Item) => Coroutine<Greenlet<Value>>,
    maxWaiting: number,
    private readonly isOrdered: boolean,
  ) {
    this.#room = maxWaiting === Infinity ? undefined : new Semaphore(maxWaiting);
    this.#beginning = spawn(() => this.#beginAll(items, begin));
    this.#beginning.link({ ended: () => this.#waiting.wakeAll() });
  }

  *#beginAll(
    items: Iterable<Item>,
    begin: (item: Item) => Coroutine<Greenlet<Value>>,
  ): Coroutine {
    for (const item of items) {
      if (this.#room !== undefined) yield* this.#room.acquire();
      this.#running++;
      const greenlet = yield* begin(item);
      if (this.isOrdered) this.#greenlets.push(greenlet);
      greenlet.link({ ended: () => this.#ended(greenlet) });
    }
  }

  #ended(greenlet: Greenlet<Value>): void {
    this.#running--;
    if (!this.isOrdered) this.#greenlets.push(greenlet);
    this.#waiting.wakeAll();
  }

  /**
   * Waits for the next result; it is `done` when there is none.
   *
   * @throws what the body threw for this item; the next call gives the next result
   */
  *next(): Coroutine<IteratorResult<Value, undefined>> {
    this.#room?.release();
    for (;;) {
      const [first] = this.#greenlets;
      if (first?.dead) {
        this.#greenlets.shift();
        return { done: false, value: yield* valueOf(first) };
      }
      if (this.#beginning.dead && this.#running === 0) break;
      yield* this.#waiting.join();
    }
    if (this.#beginning.error !== undefined) throw this.#beginning.error; // of the items themselves
    return { done: true, value: undefined };
  }
}

/** What `greenlet` returns. @throws what it throws, or its GreenletExit: it was killed, and has none */
export function* valueOf<Value>(greenlet: Greenlet<Value>): Coroutine<Value> {
  const value = yield* greenlet.get();
  if (value instanceof GreenletExit) throw value;
  return value;
}
