import { getcurrent as currentOfAny } from "../greenlet.ts";
import { type Body, getcurrent, Greenlet, type GreenletHub, type Link } from "./greenlet.ts";
import type { GreenletExit } from "../greenlet.ts";
import type { Loop } from "./loop.ts";
import { checkedWait, park, type Parking, type Wait } from "./park.ts";
import { Timer, TimerQueue } from "./timers.ts";

/** Is called with what a hub reports. */
export interface HubReports {
  /**
   * A greenlet threw `error` and has ended; all others go on.
   *
   * @param link threw `error` instead, when it was called at the greenlet's end
   */
  failed(greenlet: Greenlet, error: Error, link?: Link): void;
  /** A greenlet ran for `heldMs` without waiting, so that no other could run. */
  held(greenlet: Greenlet, heldMs: number): void;
}

/** Every greenlet waits for something that none of them will do. */
export class LoopExit extends Error {
  override readonly name = "LoopExit";
}

/** A greenlet that runs for this long without waiting is reported. */
const MIN_HELD_MS = 40;
/** How many times in a row all ready greenlets run before the loop looks for events. */
const ROUNDS = 16;

/**
 * Runs greenlets. A greenlet that waits switches to the hub, and the hub switches to the greenlets
 * that can go on.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop } from "./loop.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * const value = await hub.run(function* double(n: number) {
 *   yield* sleep(1);
 *   return n * 2;
 * }, 21);
 * assertEquals(value, 42);
 * ```
 */
export class Hub implements GreenletHub {
  readonly timers = new TimerQueue();
  readonly greenlet = currentOfAny();
  #ready: Greenlet[] = [];
  #running: Greenlet[] = [];
  #spawned = 0;
  #main: Greenlet | undefined = undefined;

  /** @param loop where the hub waits when no greenlet can go on */
  constructor(readonly loop: Loop, private readonly reports: HubReports) {}

  spawn<Args extends unknown[], Value>(body: Body<Args, Value>, ...args: Args): Greenlet<Value> {
    const greenlet = new Greenlet<Value>(this, ++this.#spawned, body, args);
    this.schedule(greenlet);
    return greenlet;
  }

  schedule(greenlet: Greenlet): void {
    this.#ready.push(greenlet);
  }

  failed(greenlet: Greenlet, error: Error, link?: Link): void {
    const isThrown = greenlet === this.#main && link === undefined; // by run()
    if (!isThrown) this.reports.failed(greenlet, error, link);
  }

  /**
   * Runs `body(...args)` in a greenlet until that has ended. Greenlets that it has spawned, and not
   * waited for, stay where they are.
   *
   * @returns what it returned
   * @throws what it threw; {@linkcode LoopExit} where it waits for what will never happen
   */
  async run<Args extends unknown[], Value>(
    body: Body<Args, Value>,
    ...args: Args
  ): Promise<Value | GreenletExit> {
    const main = this.#main = new Greenlet<Value>(this, 0, body, args);
    this.schedule(main);
    while (!main.dead) {
      await this.turn();
      if (this.#isStuck) main.throw(new LoopExit("all wait for each other, and for nothing else"));
    }
    this.#main = undefined;
    if (main.error !== undefined) throw main.error;
    return main.value as Value | GreenletExit; // it has ended, and has not failed
  }

  /** Runs the greenlets that can go on, and waits until others can. */
  async turn(): Promise<void> {
    for (let round = 0; round < ROUNDS && this.#ready.length > 0; round++) this.#runReady();
    if (this.#isStuck || this.#main?.dead) return;
    const { loop, timers } = this;
    const timeoutMs = this.#ready.length > 0 ? 0 : timers.untilNextMs(loop.nowMs());
    await loop.wait(timeoutMs);
    if (timers.size > 0) this.#fireDue(loop.nowMs());
  }

  get #isStuck(): boolean {
    return this.#ready.length === 0 && this.timers.size === 0 && !this.loop.isWatching;
  }

  #runReady(): void {
    [this.#running, this.#ready] = [this.#ready, this.#running];
    let nowMs = this.loop.nowMs();
    for (const greenlet of this.#running) nowMs = this.#run(greenlet, nowMs);
    this.#running.length = 0;
  }

  /**
   * Fires all timers that are due, the earliest first. The greenlet of each runs before the next
   * fires: what it does then may cancel that one.
   */
  #fireDue(dueMs: number): void {
    let nowMs = dueMs;
    for (let timer; (timer = this.timers.takeDue(dueMs)) !== undefined;) {
      const others = this.#ready.length;
      timer.fire();
      const greenlet = this.#ready.length > others ? this.#ready.pop() : undefined;
      if (greenlet !== undefined) nowMs = this.#run(greenlet, nowMs);
    }
  }

  /** @returns the time in milliseconds when the greenlet waits again, or has ended */
  #run(greenlet: Greenlet, beganMs: number): number {
    greenlet.run();
    const endedMs = this.loop.nowMs();
    if (endedMs - beganMs >= MIN_HELD_MS) this.reports.held(greenlet, endedMs - beganMs);
    return endedMs;
  }
}

/**
 * Makes a greenlet that runs `body(...args)` on the hub of the current one. It begins when its turn
 * comes.
 *
 * @throws {Error} outside of any greenlet
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop } from "./loop.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   const child = spawn(function* (n: number) {
 *     return n + 1;
 *   }, 41);
 *   assertEquals(yield* child.get(), 42);
 * });
 * ```
 */
export function spawn<Args extends unknown[], Value>(
  body: Body<Args, Value>,
  ...args: Args
): Greenlet<Value> {
  return getcurrent().hub.spawn(body, ...args);
}

/**
 * Waits for `ms` milliseconds, which may be `Infinity`; with 0 or less, it only lets the others go on.
 *
 * @throws {RangeError} when `ms` is NaN
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { ClockLoop } from "./loop.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   const beganMs = performance.now();
 *   yield* sleep(10);
 *   assert(performance.now() - beganMs >= 9);
 * });
 * ```
 */
export const sleep: (ms?: number) => Wait = checkedWait(function sleep(ms = 0) {
  const greenlet = getcurrent();
  if (ms <= 0) return greenlet.yieldTurn();
  const { loop, timers } = greenlet.hub;
  const timer = new Sleep(loop.nowMs() + ms, timers.nextOrder(), greenlet);
  timers.add(timer);
  return park(timer);
});

class Sleep extends Timer implements Parking {
  constructor(dueMs: number, order: number, readonly greenlet: Greenlet) {
    super(dueMs, order);
  }

  override fire(): void {
    this.greenlet.resume();
  }

  forget(): void {
    this.greenlet.hub.timers.cancel(this);
  }
}
