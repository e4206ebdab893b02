import { Event } from "./event.ts";
import { GreenletExit } from "../greenlet.ts";
import { getcurrent, type Greenlet, type Link } from "./greenlet.ts";

import { checkedWait, checkWaits, type Coroutine } from "./park.ts";

/** How long to wait, and what to do about errors. */
export interface JoinOptions {
  /** `Infinity` by default: as long as it takes. */
  readonly timeoutMs?: number;
  /** Throws the first error of a greenlet, instead of leaving it in its `error`. */
  readonly raiseError?: boolean;
}

/**
 * Waits until all have ended.
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
  { timeoutMs = Infinity, raiseError = false }: JoinOptions = {},
): Coroutine<Greenlet[]> {
  using finished = iwait(greenlets, timeoutMs);
  const ended: Greenlet[] = [];
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
): Coroutine {
  for (const greenlet of greenlets) greenlet.throw(error);
  yield* joinall(greenlets);
});

/**
 * Gives greenlets as they end, until `timeoutMs` from now.
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
export function iwait(greenlets: readonly Greenlet[], timeoutMs = Infinity): Finished {
  return new Finished(greenlets, timeoutMs);
}

/** The greenlets that {@linkcode iwait} gives. */
export class Finished implements Link, Disposable {
  readonly #loop = getcurrent().hub.loop;
  readonly #untilMs: number;
  readonly #ended: Greenlet[] = [];
  readonly #oneMore = new Event();
  #given = 0;

  static {
    checkWaits(this, "next");
  }

  constructor(private readonly greenlets: readonly Greenlet[], timeoutMs: number) {
    this.#untilMs = this.#loop.nowMs() + timeoutMs;
    for (const greenlet of greenlets) greenlet.link(this);
  }

  /** Waits for the next one; `undefined` when all have been given, or the time is over. */
  *next(): Coroutine<Greenlet | undefined> {
    if (this.#given === this.greenlets.length) return undefined;
    if (this.#given === this.#ended.length) {
      this.#oneMore.clear();
      yield* this.#oneMore.wait(this.#untilMs - this.#loop.nowMs());
    }
    // When the time is over there is none: undefined.
    return this.#ended.length > this.#given ? this.#ended[this.#given++] : undefined;
  }

  /** Called by a greenlet that has ended. */
  ended(greenlet: Greenlet): void {
    this.#ended.push(greenlet);
    this.#oneMore.set();
  }

  /** Lets go of those that have not ended. */
  [Symbol.dispose](): void {
    for (const greenlet of this.greenlets) greenlet.unlink(this);
  }
}
