import { GreenletExit } from "../greenlet.ts";
import { getcurrent, type Greenlet } from "./greenlet.ts";
import type { Link, Linkable } from "./links.ts";
import { checkedWait, checkWaits, type Coroutine } from "./park.ts";
import { withTimeout } from "./timeout.ts";
import { Waiters } from "./waiters.ts";

/** How long to wait, for how many, and what to do about errors. */
export interface JoinOptions {
  /** `Infinity` by default: as long as it takes. */
  readonly timeoutMs?: number;
  /** How many to wait for; all by default. */
  readonly count?: number;
  /** Throws the first error of a greenlet, instead of leaving it in its `error`. */
  readonly raiseError?: boolean;
}

/**
 * Waits until all have ended, or as many as `count`.
 *
 * @returns those that have, in the order in which they ended; fewer than all when the time is over
 * @throws what the first of them throws, with `raiseError`
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop, Hub, sleep, spawn } from "./mod.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   const slow = spawn(() => sleep(20));
 *   const fast = spawn(() => sleep(1));
 *   assertEquals(yield* joinall([slow, fast]), [fast, slow]);
 * });
 * ```
 */
export const joinall = checkedWait(function* joinall(
  greenlets: readonly Greenlet[],
  options: JoinOptions = {},
): Coroutine<Greenlet[]> {
  return yield* joinAny(greenlets, options);
});

/** {@linkcode joinall} of anything that can be linked. */
export const joinAny = checkedWait(function* joinAny<
  One extends Linkable<One> & { readonly error?: Error },
>(
  objects: readonly One[],
  { timeoutMs = Infinity, count, raiseError = false }: JoinOptions,
): Coroutine<One[]> {
  using finished = iwait(objects, timeoutMs, count);
  const ended: One[] = [];
  for (let one; (one = yield* finished.next()) !== undefined;) {
    if (raiseError && one.error !== undefined) throw one.error;
    ended.push(one);
  }
  return ended;
});

/**
 * Ends all of them, and waits until they have.
 *
 * @param error thrown where each waits
 * @throws {Timeout} when they have not ended for `timeoutMs`
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop, Hub, sleep, spawn } from "./mod.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   const asleep = [spawn(() => sleep(Infinity)), spawn(() => sleep(Infinity))];
 *   yield* killall(asleep);
 *   assertEquals(asleep.map(({ dead }) => dead), [true, true]);
 * });
 * ```
 */
export const killall = checkedWait(function* killall(
  greenlets: readonly Greenlet[],
  error: unknown = new GreenletExit(),
  timeoutMs = Infinity,
): Coroutine {
  for (const greenlet of greenlets) greenlet.throw(error);
  yield* withTimeout(timeoutMs, () => joinall(greenlets));
});

/**
 * Gives objects as they become ready: greenlets as they end, events as they are set. Ends when `count`
 * are given, or `timeoutMs` from now.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop, Hub, sleep, spawn } from "./mod.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   const greenlets = [spawn(() => sleep(20)), spawn(() => sleep(1))];
 *   using finished = iwait(greenlets);
 *   const ended = [];
 *   for (let one; (one = yield* finished.next()) !== undefined;) ended.push(one.id);
 *   assertEquals(ended, [2, 1]);
 * });
 * ```
 */
export function iwait<One extends Linkable<One>>(
  objects: readonly One[],
  timeoutMs = Infinity,
  count = objects.length,
): Finished<One> {
  return new Finished(objects, timeoutMs, count);
}

/** What {@linkcode iwait} gives. */
export class Finished<One extends Linkable<One>> implements Link<One>, Disposable {
  readonly #loop = getcurrent().hub.loop;
  readonly #untilMs: number;
  readonly #ended: One[] = [];
  readonly #waiting = new Waiters();
  #given = 0;

  static {
    checkWaits(this, "next");
  }

  constructor(
    private readonly objects: readonly One[],
    timeoutMs: number,
    private readonly count: number,
  ) {
    this.#untilMs = this.#loop.nowMs() + timeoutMs;
    for (const object of objects) object.link(this);
  }

  /** Waits for the next one; `undefined` when all have been given, or the time is over. */
  *next(): Coroutine<One | undefined> {
    if (this.#given >= this.count || this.#given === this.objects.length) return undefined;
    if (this.#given === this.#ended.length) {
      const leftMs = this.#untilMs - this.#loop.nowMs();
      yield* withTimeout(leftMs, () => this.#waiting.join(), undefined);
    }
    // When the time is over there is none: undefined.
    return this.#ended.length > this.#given ? this.#ended[this.#given++] : undefined;
  }

  /** Called by one that has ended. */
  ended(one: One): void {
    this.#ended.push(one);
    this.#waiting.wakeAll();
  }

  /** Lets go of those that have not ended. */
  [Symbol.dispose](): void {
    for (const object of this.objects) object.unlink(this);
  }
}
