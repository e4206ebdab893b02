import { Group } from "./group.ts";
import { checkWaits, type Coroutine } from "./park.ts";
import { QueueFull, waitUntil } from "./queue.ts";
import { Waiters } from "./waiters.ts";

/** There was no place for another greenlet in time. */
export class PoolFull extends QueueFull {}

/**
 * `gevent.pool.Pool`: limits how many greenlets there are at a time.
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
export class Pool extends Group {
  readonly #waiters = new Waiters();

  static {
    // Those that it has from a group as well, so that an error names the pool.
    checkWaits(this, "waitAvailable", "spawn", "add", "start", "join", "kill", "killone");
    checkWaits(this, "map", "apply");
  }

  /**
   * @param max with 0, there is never a place; by default, there is no limit
   * @throws {RangeError} when `max` is negative or NaN
   */
  constructor(readonly max = Infinity) {
    super();
    if (!(max >= 0)) throw new RangeError(`a pool cannot have ${max} members`);
  }

  /** How many may still be spawned without waiting. Python: `free_count()`. */
  get freeCount(): number {
    return Math.max(0, this.max - this.size);
  }

  override get full(): boolean {
    return this.freeCount === 0;
  }

  /** Waits until there is a place. @returns how many there are: 0 when there was none for `timeoutMs` */
  override *waitAvailable(timeoutMs = Infinity): Coroutine<number> {
    if (yield* this.#untilPlace(timeoutMs)) this.#waiters.wakeOne(); // the place is still there
    return this.freeCount;
  }

  /** @throws {PoolFull} when there was no place for `timeoutMs`; with 0, it does not wait */
  protected override *untilFree(timeoutMs: number): Coroutine {
    if (!(yield* this.#untilPlace(timeoutMs))) throw new PoolFull();
  }

  #untilPlace(timeoutMs: number): Coroutine<boolean> {
    return waitUntil(() => !this.full, this.#waiters, timeoutMs);
  }

  protected override left(): void {
    this.#waiters.wakeOne();
  }
}
