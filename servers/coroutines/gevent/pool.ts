import { GreenletExit } from "../greenlet.ts";
import type { Body, Greenlet, Link } from "./greenlet.ts";
import { spawn } from "./hub.ts";
import { joinall } from "./joining.ts";
import { checkWaits, type Coroutine } from "./park.ts";
import { Waiters } from "./waiters.ts";

/** Greenlets of which there are never more than so many at a time. */
export class Pool implements Link {
  readonly #max: number;
  readonly #members = new Set<Greenlet>();
  readonly #waiters = new Waiters();
  /** Those that wait until a member comes or ends. */
  readonly #watchers = new Waiters();

  static {
    checkWaits(this, "spawn", "map", "join", "kill");
  }

  /**
   * @param most with 0, there is never a place
   * @throws {RangeError} when it is negative or NaN
   */
  constructor(max: number) {
    if (!(max >= 0)) throw new RangeError(`a pool cannot have ${max} members`);
    this.#max = max;
  }

  /** How many may still be spawned without waiting. */
  get freeCount(): number {
    return this.#max - this.#members.size;
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
    this.#watchers.wakeAll();
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

  /** Waits until it has no members, those included that are spawned meanwhile. */
  *join(): Coroutine {
    while (this.#members.size > 0) yield* joinall([...this.#members]);
  }

  /** Ends all members, those included that are spawned meanwhile, and waits until it has none. */
  *kill(): Coroutine {
    const killed = new Set<Greenlet>();
    while (this.#members.size > 0) {
      for (const member of this.#members) {
        if (killed.has(member)) continue;
        killed.add(member);
        member.throw(new GreenletExit());
      }
      if (this.#members.size > 0) yield* this.#watchers.join();
    }
  }

  ended(greenlet: Greenlet): void {
    this.#members.delete(greenlet);
    this.#waiters.wakeOne();
    this.#watchers.wakeAll();
  }
}
