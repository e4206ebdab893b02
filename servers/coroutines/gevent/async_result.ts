import { type Link, type Linkable, OnceLinks } from "./links.ts";
import { checkWaits, type Coroutine } from "./park.ts";
import { Timeout, withTimeout } from "./timeout.ts";
import { Waiters } from "./waiters.ts";

/** What an {@linkcode AsyncResult} can be linked to: a greenlet, or another result. */
interface Source {
  readonly successful: boolean;
  /** Who links the two sees to it that it fits. */
  readonly value: unknown;
  readonly error: Error | undefined;
}

/**
 * `gevent.event.AsyncResult`: a value or an error that greenlets wait for. Any code can set it, a
 * callback of JavaScript's as well. As a link, it takes the result of a greenlet.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop, Hub } from "./mod.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   const result = new AsyncResult<string>();
 *   setTimeout(() => result.set("from a timer"), 1);
 *   assertEquals(yield* result.get(), "from a timer");
 * });
 * ```
 */
export class AsyncResult<Value = unknown> implements Linkable<AsyncResult<Value>>, Link<Source> {
  readonly #waiters = new Waiters();
  readonly #links = new OnceLinks<AsyncResult<Value>>();
  /** What was {@linkcode set}; `undefined` until then. */
  value: Value | undefined = undefined;
  /** What {@linkcode setException} was called with. Python: `exception`. */
  error: Error | undefined = undefined;
  #hasValue = false;

  static {
    checkWaits(this, "get", "wait");
  }

  /** Whether it has a value or an error. Python: `ready()`, `done()`. */
  get ready(): boolean {
    return this.#hasValue || this.error !== undefined;
  }

  /** Whether it has a value. */
  get successful(): boolean {
    return this.#hasValue;
  }

  /** Gives `value` to all that wait, now and later. */
  set(value: Value): void {
    this.value = value;
    this.#hasValue = true;
    this.#tell();
  }

  /** Throws `error` in all that wait for a value, now and later. Python: `set_exception`. */
  setException(error: Error): void {
    this.error = error;
    this.#tell();
  }

  #tell(): void {
    this.#waiters.wakeAll();
    this.#links.call(this);
  }

  /**
   * Waits for the value. Python: `get`, `result`.
   *
   * @throws what it was given instead; a {@linkcode Timeout} when nothing came for `timeoutMs`
   */
  *get(timeoutMs = Infinity): Coroutine<Value> {
    if (!this.ready) yield* withTimeout(timeoutMs, () => this.#waiters.join());
    return this.#now();
  }

  /**
   * The value, without waiting. Python: `get_nowait`, `get(block=False)`.
   *
   * @throws what it was given instead; a {@linkcode Timeout} when it has nothing yet
   */
  getNowait(): Value {
    if (!this.ready) throw new Timeout(Infinity);
    return this.#now();
  }

  #now(): Value {
    if (this.#hasValue) return this.value as Value; // it was set
    throw this.error;
  }

  /** Waits until it has a value or an error. @returns the value; `undefined` for an error, or if it is late */
  *wait(timeoutMs = Infinity): Coroutine<Value | undefined> {
    if (!this.ready) yield* withTimeout(timeoutMs, () => this.#waiters.join(), undefined);
    return this.value;
  }

  /** Calls `link` once when it has a value or an error, which may be at once. */
  link(link: Link<AsyncResult<Value>>): void {
    if (this.ready) link.ended(this);
    else this.#links.add(link);
  }

  unlink(link: Link<AsyncResult<Value>>): void {
    this.#links.remove(link);
  }

  /** Takes the result of what it is linked to. */
  ended(source: Source): void {
    if (source.successful) this.set(source.value as Value);
    else if (source.error !== undefined) this.setException(source.error);
  }
}
