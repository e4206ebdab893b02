import { getcurrent, type Greenlet } from "./greenlet.ts";
import { type Link, type Linkable, OnceLinks } from "./links.ts";
import { checkWaits, type Coroutine } from "./park.ts";
import { withTimeout } from "./timeout.ts";
import { Waiters } from "./waiters.ts";

/**
 * `gevent.lock.Semaphore`: at most so many greenlets have it at a time, and the others wait.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop, Hub, joinall, sleep, spawn } from "./mod.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   const semaphore = new Semaphore(2);
 *   let inside = 0;
 *   let most = 0;
 *   const visitors = [1, 2, 3, 4].map(() =>
 *     spawn(function* () {
 *       using _held = yield* semaphore.hold();
 *       most = Math.max(most, ++inside);
 *       yield* sleep(1);
 *       inside--;
 *     })
 *   );
 *   yield* joinall(visitors, { raiseError: true });
 *   assertEquals(most, 2);
 * });
 * ```
 */
export class Semaphore implements Linkable<Semaphore> {
  readonly #waiters = new Waiters();
  readonly #links = new OnceLinks<Semaphore>();
  #counter: number;

  static {
    checkWaits(this, "acquire", "wait", "hold");
  }

  /** @throws {RangeError} when `value` is negative or NaN */
  constructor(value = 1) {
    if (!(value >= 0)) throw new RangeError("a semaphore begins with 0 or more");
    this.#counter = value;
  }

  /** How many can still have it without waiting. */
  get counter(): number {
    return this.#counter;
  }

  /** Whether the next one must wait. Python: `locked()`. */
  get locked(): boolean {
    return this.#counter <= 0;
  }

  /** Whether the next one need not wait. Python: `ready()`. */
  get ready(): boolean {
    return this.#counter > 0;
  }

  /**
   * Waits until it can have it, and takes it.
   *
   * @param timeoutMs with 0, it does not wait at all (Python: `blocking=False`)
   * @returns false when it could not have it for `timeoutMs`
   */
  *acquire(timeoutMs = Infinity): Coroutine<boolean> {
    if (!(yield* this.#untilFree(timeoutMs))) return false;
    this.#counter--;
    if (this.#counter > 0) this.#waiters.wakeOne(); // those that only wait take none away
    return true;
  }

  /**
   * Waits until it could have it, and does not take it.
   *
   * @returns the {@linkcode counter}: 0 when it could not have it for `timeoutMs`
   */
  *wait(timeoutMs = Infinity): Coroutine<number> {
    if (yield* this.#untilFree(timeoutMs)) this.#waiters.wakeOne();
    return this.#counter;
  }

  /** Python's `with`: {@linkcode acquire}. @returns what releases it at the end of its block, by `using` */
  *hold(): Coroutine<Disposable> {
    yield* this.acquire();
    return { [Symbol.dispose]: () => this.release() };
  }

  /** Gives it back. Any code may. @returns how many can have it now */
  release(): number {
    this.#counter++;
    this.#waiters.wakeOne();
    this.#links.call(this);
    return this.#counter;
  }

  /** Calls `link` once when somebody can have it, which may be at once. */
  link(link: Link<Semaphore>): void {
    if (this.ready) link.ended(this);
    else this.#links.add(link);
  }

  unlink(link: Link<Semaphore>): void {
    this.#links.remove(link);
  }

  *#untilFree(timeoutMs: number): Coroutine<boolean> {
    if (this.#counter > 0) return true;
    if (timeoutMs <= 0) return false;
    return yield* withTimeout(timeoutMs, () => this.#free(), false);
  }

  *#free(): Coroutine<boolean> {
    while (this.#counter <= 0) yield* this.#waiters.join();
    return true;
  }
}

/** `gevent.lock.BoundedSemaphore`: a {@linkcode Semaphore} that is never released more often than acquired. */
export class BoundedSemaphore extends Semaphore {
  readonly #most: number;

  constructor(value = 1) {
    super(value);
    this.#most = value;
  }

  /** @throws {RangeError} when it was released too many times */
  override release(): number {
    if (this.counter >= this.#most) throw new RangeError("Semaphore released too many times");
    return super.release();
  }
}

/** `gevent.lock.RLock`: one greenlet has it at a time, and may acquire it again, and again. */
export class RLock {
  readonly #semaphore = new Semaphore(1);
  #owner: Greenlet | undefined = undefined;
  #count = 0;

  static {
    checkWaits(this, "acquire", "hold");
  }

  /** Whether a greenlet has it. */
  get locked(): boolean {
    return this.#owner !== undefined;
  }

  /** As {@linkcode Semaphore.acquire}. */
  *acquire(timeoutMs = Infinity): Coroutine<boolean> {
    const greenlet = getcurrent();
    if (this.#owner !== greenlet) {
      if (!(yield* this.#semaphore.acquire(timeoutMs))) return false;
      this.#owner = greenlet;
    }
    this.#count++;
    return true;
  }

  /** As {@linkcode Semaphore.hold}. */
  *hold(): Coroutine<Disposable> {
    yield* this.acquire();
    return { [Symbol.dispose]: () => this.release() };
  }

  /** Gives it back, once for each time. @throws {Error} when the current greenlet does not have it */
  release(): void {
    if (this.#owner !== getcurrent()) throw new Error("cannot release un-acquired lock");
    if (--this.#count > 0) return;
    this.#owner = undefined;
    this.#semaphore.release();
  }
}
