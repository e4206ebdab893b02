import { getcurrent, type Greenlet } from "./greenlet.ts";
import { checkedWait, type Coroutine, type Wait } from "./park.ts";
import { Timer } from "./timers.ts";

/**
 * Thrown in the greenlet that made it, where it waits, when its time is over.
 *
 * @example
 * ```ts
 * using timeout = new Timeout(500);
 * try {
 *   return yield* socket.recv(1_024);
 * } catch (error) {
 *   if (error !== timeout) throw error;
 *   return undefined; // it did not come in time
 * }
 * ```
 */
export class Timeout extends Error implements Disposable {
  override readonly name = "Timeout";
  readonly #greenlet: Greenlet = getcurrent();
  readonly #timer: Timer | undefined = undefined;

  /**
   * Its time begins now.
   *
   * @param timeoutMs `Infinity`: it is never over
   * @throws {RangeError} when `timeoutMs` is NaN
   */
  constructor(timeoutMs: number) {
    super(`${timeoutMs} ms are over`);
    if (timeoutMs === Infinity) return;
    const { loop, timers } = this.#greenlet.hub;
    this.#timer = new TimeoutTimer(
      loop.nowMs() + timeoutMs,
      timers.nextOrder(),
      this.#greenlet,
      this,
    );
    timers.add(this.#timer);
  }

  /** What was to be done in time is done: it is not thrown any more, even if its time is over. */
  cancel(): void {
    if (this.#timer !== undefined) this.#greenlet.hub.timers.cancel(this.#timer);
    this.#greenlet.withdraw(this);
  }

  [Symbol.dispose](): void {
    this.cancel();
  }
}

class TimeoutTimer extends Timer {
  readonly #greenlet: Greenlet;
  readonly #timeout: Timeout;

  constructor(dueMs: number, order: number, greenlet: Greenlet, timeout: Timeout) {
    super(dueMs, order);
    this.#greenlet = greenlet;
    this.#timeout = timeout;
  }

  override fire(): void {
    this.#greenlet.throw(this.#timeout);
  }
}

/**
 * Waits for what `begin` begins, but not for longer than `timeoutMs` (`Infinity`: no limit).
 *
 * @returns what was waited for, or `late`
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
