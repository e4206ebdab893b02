import { checkWaits, type Coroutine } from "./park.ts";
import { withTimeout } from "./timeout.ts";
import { Waiters } from "./waiters.ts";

/** A flag that greenlets wait for. */
export class Event {
  readonly #waiters = new Waiters();
  #isSet = false;

  static {
    checkWaits(this, "wait");
  }

  get isSet(): boolean {
    return this.#isSet;
  }

  /** Lets all go on who wait, and whoever comes until {@linkcode clear}. */
  set(): void {
    this.#isSet = true;
    this.#waiters.wakeAll();
  }

  clear(): void {
    this.#isSet = false;
  }

  /**
   * Waits until it is set.
   *
   * @returns false when `timeoutMs` was over before
   */
  *wait(timeoutMs = Infinity): Coroutine<boolean> {
    if (this.#isSet) return true;
    return (yield* withTimeout(timeoutMs, () => this.#waiters.join(), "late")) !== "late";
  }
}
