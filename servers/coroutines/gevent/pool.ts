import { GreenletExit } from "../greenlet.ts";
import type { Body, Greenlet, Link } from "./greenlet.ts";
import { spawn } from "./hub.ts";
import { joinall } from "./joining.ts";
import { checkWaits, type Coroutine } from "./park.ts";
import { Waiters } from "./waiters.ts";

/**
 * Limits how many greenlets there are at a time.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop, Hub, sleep } from "./mod.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   const pool = new Pool(2);
 *   const squares = yield* pool.map(function* (n: number) {
 *     yield* sleep(1);
 *     return n * n;
 *   }, [1, 2, 3]);
 *   assertEquals(squares, [1, 4, 9]);
 * });
 * ```
 */
export class Pool implements Link {
  readonly #members = new Set<Greenlet>();
  readonly #waiters = new Waiters();
  /** Greenlets that wait until a member comes or ends. */
  readonly #watchers = new Waiters();

  static {
    checkWaits(this, "spawn", "map", "join", "kill");
  }

  /**
   * @param max with 0, there is never a place
   * @throws {RangeError} when `max` is negative or NaN
   */
  constructor(private readonly max: number) {
    if (!(max >= 0)) throw new RangeError(`a pool cannot have ${max} members`);
  }

  /** How many may still be spawned without waiting. */
  get freeCount(): number {
    return this.max - this.#members.size;
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
   * @throws what it threw for the first item for which it threw
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

  /** Waits until it has no members. Members that are spawned meanwhile count as well. */
  *join(): Coroutine {
    while (this.#members.size > 0) yield* joinall([...this.#members]);
  }

  /** Ends all members, and those that are spawned meanwhile, and waits until it has none. */
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

  /** Called by a member that has ended. */
  ended(greenlet: Greenlet): void {
    this.#members.delete(greenlet);
    this.#waiters.wakeOne();
    this.#watchers.wakeAll();
  }
}
