import { checkedWait, checkWaits, type Coroutine, currentParkable } from "./park.ts";
import type { Parkable, Wait } from "./park.ts";
import { Timer } from "./timers.ts";

/** What a {@linkcode Timeout} throws: itself, an error of one's own, or itself where `run` drops it. */
export type TimeoutError = Error | (new () => Error) | false | undefined;

/**
 * `gevent.Timeout`. Thrown in the greenlet that made it, where it waits, when its time is over.
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
  #timer: TimeoutTimer | undefined = undefined;

  /**
   * Its time begins now, as with `Timeout.start_new`.
   *
   * @param timeoutMs `Infinity`: never over
   * @param exception what is thrown instead of this: an error, or a class of errors; `false` has
   *   {@linkcode run} drop it
   * @throws {RangeError} when `timeoutMs` is NaN
   */
  constructor(readonly timeoutMs: number, readonly exception: TimeoutError = undefined) {
    super(exception === false ? `${timeoutMs} ms are over (silent)` : `${timeoutMs} ms are over`);
    this.start();
  }

  /** `Timeout.start_new`: one whose time begins now; of one that there is, time begins if it does not run. */
  static startNew(timeout: number | Timeout, exception?: TimeoutError): Timeout {
    if (!(timeout instanceof Timeout)) return new Timeout(timeout, exception);
    if (!timeout.pending) timeout.start();
    return timeout;
  }

  /** Whether it is about to be thrown some time. */
  get pending(): boolean {
    return this.#timer !== undefined && !this.#timer.isOver;
  }

  /**
   * Its time begins anew, for the current greenlet.
   *
   * @throws {Error} when it is {@linkcode pending}
   */
  start(): void {
    if (this.pending) throw new Error("it is already started; to restart it, cancel it first");
    if (this.timeoutMs === Infinity) return;
    const greenlet = currentParkable();
    const { loop, timers } = greenlet.hub;
    const dueMs = loop.nowMs() + this.timeoutMs;
    this.#timer = new TimeoutTimer(dueMs, timers.nextOrder(), greenlet, this.#thrown());
    timers.add(this.#timer);
  }

  #thrown(): Error {
    const { exception } = this;
    if (exception === undefined || exception === false) return this;
    return exception instanceof Error ? exception : new exception();
  }

  /** Keeps it from being thrown, even if its time is over. It can be {@linkcode start}ed again. */
  cancel(): void {
    if (this.#timer === undefined) return;
    const { greenlet, thrown } = this.#timer;
    greenlet.hub.timers.cancel(this.#timer);
    greenlet.withdraw(thrown);
  }

  /** As {@linkcode cancel}. */
  close(): void {
    this.cancel();
  }

  /** As {@linkcode cancel}, for `using`. */
  [Symbol.dispose](): void {
    this.cancel();
  }

  /**
   * What Python writes `with timeout:`. Waits for what `begin` begins, and cancels this then.
   *
   * @returns what that gives; `undefined` when the time of a silent one is over (`exception` is `false`)
   * @throws what the wait throws, and this
   */
  *run<Value>(begin: () => Wait<Value> | Coroutine<Value>): Coroutine<Value | undefined> {
    if (!this.pending) this.start();
    try {
      return yield* begin();
    } catch (error) {
      if (error !== this || this.exception !== false) throw error;
      return undefined;
    } finally {
      this.cancel();
    }
  }

  static {
    checkWaits(this, "run");
  }
}

class TimeoutTimer extends Timer {
  constructor(dueMs: number, order: number, readonly greenlet: Parkable, readonly thrown: Error) {
    super(dueMs, order);
  }

  override fire(): void {
    this.greenlet.throw(this.thrown);
  }
}

/**
 * `gevent.with_timeout`. Waits for what `begin` begins, but not for longer than `timeoutMs`
 * (`Infinity`: no limit).
 *
 * @returns the value of that wait, or `late`
 * @throws what the wait throws; a {@linkcode Timeout} when it is late and no `late` was given
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
export const withTimeout = checkedWait(function* withTimeout<Value, Late = never>(
  timeoutMs: number,
  begin: () => Wait<Value> | Coroutine<Value>,
  ...late: readonly [late?: Late]
): Coroutine<Value | Late> {
  if (timeoutMs === Infinity) return yield* begin();
  using timeout = new Timeout(timeoutMs);
  try {
    return yield* begin();
  } catch (error) {
    if (error !== timeout || late.length === 0) throw error;
    return late[0] as Late; // it was given, and is what it is
  }
});
