import { GreenletExit } from "../greenlet.ts";
import { type Body, getcurrent, type Greenlet } from "./greenlet.ts";
import { spawn } from "./hub.ts";
import type { Link } from "./links.ts";
import { Mapped, valueOf } from "./mapped.ts";
import { checkWaits, type Coroutine } from "./park.ts";
import { withTimeout } from "./timeout.ts";
import { Waiters } from "./waiters.ts";

/** How long to wait for the greenlets of a group, and what to do about errors. */
export interface GroupJoinOptions {
  readonly timeoutMs?: number;
  /** Throws the first error of a greenlet that was in the group when the wait began. */
  readonly raiseError?: boolean;
}

/**
 * `gevent.pool.Group`: greenlets that can be waited for, and ended, together. Each is in it until it ends.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop, Hub, sleep } from "./mod.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   const group = new Group();
 *   yield* group.spawn(() => sleep(1));
 *   yield* group.spawn(() => sleep(2));
 *   assertEquals([group.size, yield* group.join(), group.size], [2, true, 0]);
 * });
 * ```
 */
export class Group implements Link<Greenlet>, Iterable<Greenlet> {
  readonly #members = new Set<Greenlet>();
  /** Greenlets that wait until a member comes or ends. */
  readonly #watchers = new Waiters();

  static {
    checkWaits(this, "spawn", "add", "start", "join", "kill", "killone", "waitAvailable");
    checkWaits(this, "map", "apply");
  }

  /** @param greenlets are in it from the beginning */
  constructor(greenlets: Iterable<Greenlet> = []) {
    for (const greenlet of greenlets) this.#include(greenlet);
  }

  /** How many greenlets are in it. Python: `len(group)`. */
  get size(): number {
    return this.#members.size;
  }

  /** Whether {@linkcode spawn} would have to wait. */
  get full(): boolean {
    return false;
  }

  /** Whether `greenlet` is in it. Python: `greenlet in group`. */
  has(greenlet: Greenlet): boolean {
    return this.#members.has(greenlet);
  }

  [Symbol.iterator](): Iterator<Greenlet> {
    return this.#members.values();
  }

  /** Waits for a place, and spawns a greenlet that has it until it ends. */
  *spawn<Args extends unknown[], Value>(
    body: Body<Args, Value>,
    ...args: Args
  ): Coroutine<Greenlet<Value>> {
    if (this.full) yield* this.waitAvailable();
    const greenlet = spawn(body, ...args);
    this.#include(greenlet);
    return greenlet;
  }

  /** Waits for a place for `greenlet`, which should not have started: it could end before it has one. */
  *add(greenlet: Greenlet, timeoutMs = Infinity): Coroutine {
    if (this.full) yield* this.untilFree(timeoutMs);
    this.#include(greenlet);
  }

  /** {@linkcode add}, and then starts `greenlet`. */
  *start(greenlet: Greenlet, timeoutMs = Infinity): Coroutine {
    yield* this.add(greenlet, timeoutMs);
    greenlet.start();
  }

  /** Takes `greenlet` out, and leaves it alone. */
  discard(greenlet: Greenlet): void {
    greenlet.unlink(this);
    this.#exclude(greenlet);
  }

  /** Waits until there is a place. @returns how many there are, `Infinity` without a limit */
  *waitAvailable(_timeoutMs = Infinity): Coroutine<number> {
    return Infinity;
  }

  /** For subclasses: waits for a place. @throws when there was none for `timeoutMs` */
  protected *untilFree(_timeoutMs: number): Coroutine {}

  /**
   * Runs `body` in a member, and waits for its result. In one of its members, it runs there: when all
   * places are taken by those that wait for one, none would ever be free.
   *
   * @throws what it throws
   */
  *apply<Args extends unknown[], Value>(
    body: Body<Args, Value>,
    ...args: Args
  ): Coroutine<Value> {
    if (this.has(getcurrent())) return yield* body(...args);
    return yield* valueOf(yield* this.spawn(body, ...args));
  }

  /** {@linkcode apply} in a greenlet of its own, which is given at once. Python: `apply_async`. */
  applyAsync<Args extends unknown[], Value>(
    body: Body<Args, Value>,
    ...args: Args
  ): Greenlet<Value> {
    return spawn(() => this.apply(body, ...args));
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
    for (const greenlet of greenlets) values.push(yield* valueOf(greenlet));
    return values;
  }

  /** {@linkcode map} in a greenlet of its own, which is given at once. Python: `map_async`. */
  mapAsync<Item, Value>(body: Body<[Item], Value>, items: Iterable<Item>): Greenlet<Value[]> {
    return spawn(() => this.map(body, items));
  }

  /**
   * Runs `body` with each item. Python: `imap`.
   *
   * @param maxWaiting how many results may wait to be taken, before no further item is begun
   * @returns gives the results one by one, in the order of the items
   */
  imap<Item, Value>(
    body: Body<[Item], Value>,
    items: Iterable<Item>,
    maxWaiting = Infinity,
  ): Mapped<Item, Value> {
    return new Mapped(items, (item) => this.spawn(body, item), maxWaiting, true);
  }

  /** As {@linkcode imap}, and gives the results in the order in which they come. Python: `imap_unordered`. */
  imapUnordered<Item, Value>(
    body: Body<[Item], Value>,
    items: Iterable<Item>,
    maxWaiting = Infinity,
  ): Mapped<Item, Value> {
    return new Mapped(items, (item) => this.spawn(body, item), maxWaiting, false);
  }

  /**
   * Waits until it has no members. Members that come meanwhile count as well.
   *
   * @returns false when it had some for `timeoutMs`
   */
  *join({ timeoutMs = Infinity, raiseError = false }: GroupJoinOptions = {}): Coroutine<boolean> {
    const members = raiseError ? [...this.#members] : [];
    const isEmpty = yield* withTimeout(timeoutMs, () => this.#untilEmpty(), false);
    for (const { error } of members) {
      if (error !== undefined) throw error;
    }
    return isEmpty;
  }

  *#untilEmpty(): Coroutine<boolean> {
    while (this.#members.size > 0) yield* this.#watchers.join();
    return true;
  }

  /** Ends all members, and those that come meanwhile, and waits until it has none, at most `timeoutMs`. */
  *kill(error: unknown = new GreenletExit(), timeoutMs = Infinity): Coroutine {
    yield* withTimeout(timeoutMs, () => this.#killAll(error), undefined);
  }

  *#killAll(error: unknown): Coroutine {
    const killed = new Set<Greenlet>();
    while (this.#members.size > 0) {
      for (const member of this.#members) {
        if (killed.has(member)) continue;
        killed.add(member);
        member.throw(error);
      }
      if (this.#members.size > 0) yield* this.#watchers.join();
    }
  }

  /** Ends `greenlet`, if it is in it, and waits until it has ended, at most `timeoutMs`. */
  *killone(
    greenlet: Greenlet,
    error: unknown = new GreenletExit(),
    timeoutMs = Infinity,
  ): Coroutine {
    if (this.has(greenlet)) yield* greenlet.kill(error, timeoutMs);
  }

  /** Called by a member that has ended. */
  ended(greenlet: Greenlet): void {
    this.#exclude(greenlet);
  }

  #include(greenlet: Greenlet): void {
    if (this.#members.has(greenlet)) return;
    this.#members.add(greenlet);
    this.#watchers.wakeAll();
    greenlet.link(this);
  }

  #exclude(greenlet: Greenlet): void {
    if (!this.#members.delete(greenlet)) return;
    this.left();
    this.#watchers.wakeAll();
  }

  /** For subclasses: a member has left. */
  protected left(): void {}
}
