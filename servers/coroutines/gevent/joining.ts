import { Event } from "./event.ts";
import { GreenletExit } from "../greenlet.ts";
import { getcurrent, type Greenlet, type Link } from "./greenlet.ts";

import { checkedWait, checkWaits, type Coroutine } from "./park.ts";

/** How long to wait, and what to do about errors. */
export interface JoinOptions {
  readonly timeoutMs?: number;
  /** Throws the first error that one of the greenlets throws, instead of leaving it in `error`. */
  readonly raiseError?: boolean;
}

/**
 * Waits until all have ended.
 *
 * @returns those that have, in the order in which they ended; fewer than all when the time was over
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

/** Ends all of them, and waits until they have. */
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
 * using finished = iwait(greenlets);
 * for (let one; (one = yield* finished.next()) !== undefined;) console.log(`${one} has ended`);
 * ```
 */
export function iwait(greenlets: readonly Greenlet[], timeoutMs = Infinity): Finished {
  return new Finished(greenlets, timeoutMs);
}

/** See {@linkcode iwait}. */
export class Finished implements Link, Disposable {
  readonly #greenlets: readonly Greenlet[];
  readonly #loop = getcurrent().hub.loop;
  readonly #untilMs: number;
  readonly #ended: Greenlet[] = [];
  readonly #oneMore = new Event();
  #given = 0;

  static {
    checkWaits(this, "next");
  }

  constructor(greenlets: readonly Greenlet[], timeoutMs: number) {
    this.#greenlets = greenlets;
    this.#untilMs = this.#loop.nowMs() + timeoutMs;
    for (const greenlet of greenlets) greenlet.link(this);
  }

  /** Waits for the next one: `undefined` when all have been given, or the time is over. */
  *next(): Coroutine<Greenlet | undefined> {
    if (this.#given === this.#greenlets.length) return undefined;
    if (this.#given === this.#ended.length) {
      this.#oneMore.clear();
      yield* this.#oneMore.wait(this.#untilMs - this.#loop.nowMs());
    }
    // When the time is over there is none: undefined.
    return this.#ended.length > this.#given ? this.#ended[this.#given++] : undefined;
  }

  ended(greenlet: Greenlet): void {
    this.#ended.push(greenlet);
    this.#oneMore.set();
  }

  /** Has nothing more to do with those that have not ended. */
  [Symbol.dispose](): void {
    for (const greenlet of this.#greenlets) greenlet.unlink(this);
  }
}
