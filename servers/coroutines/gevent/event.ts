import { checkWaits, type Coroutine } from "./park.ts";
import { withTimeout } from "./timeout.ts";
import { Waiters } from "./waiters.ts";

/**
 * A flag that greenlets wait for.
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
export class Event {
  readonly #waiters = new Waiters();
  #isSet = false;

  static {
    checkWaits(this, "wait");
  }

  /** Whether {@linkcode set} was called last, and not {@linkcode clear}. */
  get isSet(): boolean {
    return this.#isSet;
  }

  /** Wakes all that wait. From now on, until {@linkcode clear}, nothing waits. */
  set(): void {
    this.#isSet = true;
    this.#waiters.wakeAll();
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
}
