import { getcurrent, type Greenlet } from "./greenlet.ts";
import { checkedWait, type Coroutine, type Wait } from "./park.ts";
import { Timer } from "./timers.ts";

/**
 * Thrown in the greenlet that made it, where it waits, when its time is over.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop, Hub, sleep } from "./mod.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   using timeout = new Timeout(5);
 *   try {
 *     yield* sleep(1_000);
 *   } catch (error) {
 *     assertEquals(error, timeout);
 *   }
 * });
 * ```
 */
export class Timeout extends Error implements Disposable {
  override readonly name = "Timeout";
  readonly #greenlet: Greenlet = getcurrent();
  readonly #timer: Timer | undefined = undefined;

  /**
   * Its time begins now.
   *
   * @param timeoutMs `Infinity`: never over
   * @throws {RangeError} when `timeoutMs` is NaN
   */
  constructor(timeoutMs: number) {
    super(`${timeoutMs} ms are over`);
    if (timeoutMs === Infinity) return;
    const { loop, timers } = this.#greenlet.hub;
    const dueMs = loop.nowMs() + timeoutMs;
    this.#timer = new TimeoutTimer(dueMs, timers.nextOrder(), this.#greenlet, this);
    timers.add(this.#timer);
  }

  /** Keeps it from being thrown, even if its time is over. */
  cancel(): void {
    if (this.#timer !== undefined) this.#greenlet.hub.timers.cancel(this.#timer);
    this.#greenlet.withdraw(this);
  }

  /** As {@linkcode cancel}, for `using`. */
  [Symbol.dispose](): void {
    this.cancel();
  }
}

class TimeoutTimer extends Timer {
  constructor(
    dueMs: number,
    order: number,
    readonly greenlet: Greenlet,
    readonly timeout: Timeout,
  ) {
    super(dueMs, order);
  }

  override fire(): void {
    this.greenlet.throw(this.timeout);
  }
}

/**
 * Waits for what `begin` begins, but not for longer than `timeoutMs` (`Infinity`: no limit).
 *
 * @returns the value of that wait, or `late`
 * @throws what the wait throws
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop, Hub, sleep } from "./mod.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   assertEquals(yield* withTimeout(5, () => sleep(1_000), "late"), "late");
 * });
 * ```
 */
export const withTimeout = checkedWait(function* withTimeout<Value, Late>(
  timeoutMs: number,
  begin: () => Wait<Value> | Coroutine<Value>,
  late: Late,
): Coroutine<Value | Late> {
  if (timeoutMs === Infinity) return yield* begin();
  using timeout = new Timeout(timeoutMs);
  try {
    return yield* begin();
  } catch (error) {
    if (error !== timeout) throw error;
    return late;
  }
});
