import { type Link, type Linkable, OnceLinks } from "./links.ts";
import { checkWaits, type Coroutine } from "./park.ts";
import { withTimeout } from "./timeout.ts";
import { Waiters } from "./waiters.ts";

/**
 * `gevent.event.Event`: a flag that greenlets wait for. Any code can set it, a timer of JavaScript's as
 * well.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop, Hub, spawn } from "./mod.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   const event = new Event();
 *   const waiter = spawn(() => event.wait(1_000));
 *   event.set();
 *   assertEquals(yield* waiter.get(), true);
 * });
 * ```
 */
export class Event implements Linkable<Event> {
  readonly #waiters = new Waiters();
  readonly #links = new OnceLinks<Event>();
  #isSet = false;

  static {
    checkWaits(this, "wait");
  }

  /** Whether {@linkcode set} was called last, and not {@linkcode clear}. Python: `is_set()`, `ready()`. */
  get isSet(): boolean {
    return this.#isSet;
  }

  /** Wakes all that wait. From now on, until {@linkcode clear}, nothing waits. */
  set(): void {
    this.#isSet = true;
    this.#waiters.wakeAll();
    this.#links.call(this);
  }

  /** From now on, greenlets wait again. */
  clear(): void {
    this.#isSet = false;
  }

  /**
   * Waits until it is set.
   *
   * @returns false when it was not set for `timeoutMs`
   */
  *wait(timeoutMs = Infinity): Coroutine<boolean> {
    if (this.#isSet) return true;
    return (yield* withTimeout(timeoutMs, () => this.#waiters.join(), "late")) !== "late";
  }

  /** Calls `link` once when it is set, which may be at once. */
  link(link: Link<Event>): void {
    if (this.#isSet) link.ended(this);
    else this.#links.add(link);
  }

  unlink(link: Link<Event>): void {
    this.#links.remove(link);
  }
}
