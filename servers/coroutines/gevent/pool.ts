import { type Body, type Greenlet, GreenletExit, type Link } from "./greenlet.ts";
import { spawn } from "./hub.ts";
import { joinall, killall } from "./joining.ts";
import type { Coroutine } from "./park.ts";
import { Waiters } from "./waiters.ts";

/** Greenlets of which there are never more than so many at a time. */
export class Pool implements Link {
  readonly #most: number;
  readonly #members = new Set<Greenlet>();
  readonly #waiters = new Waiters();

  constructor(most: number) {
    this.#most = most;
  }

  /** How many may still be spawned without waiting. */
  get freeCount(): number {
    return this.#most - this.#members.size;
  }

  /** Waits for a place, and spawns a greenlet that has it until it ends. */
  *spawn<Args extends unknown[], Value>(
    body: Body<Args, Value>,
    ...args: Args
  ): Coroutine<Greenlet<Value>> {
    while (this.freeCount <= 0) yield* this.#waiters.join();
    const greenlet = spawn(body, ...args);
    this.#members.add(greenlet);
    greenlet.link(this);
    return greenlet;
  }

  /**
   * Runs `body` with each item, and waits until all have ended.
   *
   * @returns what it returned for them, in the order of the items
   * @throws what it threw for the first of them for which it did
   */
  *map<Item, Value>(body: Body<[Item], Value>, items: Iterable<Item>): Coroutine<Value[]> {
    const greenlets: Greenlet<Value>[] = [];
    for (const item of items) greenlets.push(yield* this.spawn(body, item));
    const values: Value[] = [];
    for (const greenlet of greenlets) {
      const value = yield* greenlet.get();
      if (value instanceof GreenletExit) throw value; // it was killed, and has none
      values.push(value);
    }
    return values;
  }

  /** Waits until all members have ended. */
  *join(): Coroutine {
    yield* joinall([...this.#members]);
  }

  /** Ends all members. */
  *kill(): Coroutine {
    yield* killall([...this.#members]);
  }

  ended(greenlet: Greenlet): void {
    this.#members.delete(greenlet);
    this.#waiters.wakeOne();
  }
}
