import { getcurrent as currentOfAny } from "../greenlet.ts";
import { type Body, getcurrent, Greenlet, type GreenletHub } from "./greenlet.ts";
import type { Link } from "./links.ts";
import type { GreenletExit } from "../greenlet.ts";
import type { Loop } from "./loop.ts";
import { checkedWait, type Outside, park, type Parking, type Wait } from "./park.ts";
import { Timer, TimerQueue } from "./timers.ts";
import type { TurnTaker } from "./turn_taker.ts";
import { Waiters } from "./waiters.ts";

/** Is called with what a hub reports. */
export interface HubReports {
  /**
   * A greenlet threw `error` and has ended; all others go on.
   *
   * @param link threw `error` instead, when it was called at the greenlet's end
   */
  failed(greenlet: Greenlet, error: Error, link?: Link<Greenlet>): void;
  /** A greenlet ran for `heldMs` without waiting, so that no other could run. */
  held(greenlet: TurnTaker, heldMs: number): void;
}

/** Every greenlet waits for something that none of them will do. */
export class LoopExit extends Error {
  override readonly name = "LoopExit";
}

/** A greenlet that runs for this long without waiting is reported. */
const MIN_HELD_MS = 40;
/** How many times in a row all ready greenlets run before the loop looks for events. */
const ROUNDS = 16;
/** How often the hub looks whether timers of JavaScript's are left, when it has nothing else. */
const LOOK_MS = 20;
/** How long it waits for a callback where Deno does not tell whether there will be one. */
const GRACE_MS = 1_000;

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
  #ready: TurnTaker[] = [];
  #running: TurnTaker[] = [];
  readonly outside: Outside = { promises: 0, waiters: 0 };
  /** Greenlets that wait until no other can go on any more, and nothing will change that. */
  readonly idle = new Waiters(false);
  #lastId = 0;
  #main: Greenlet | undefined = undefined;
  /** Whether its loop waits, so that callbacks of JavaScript's may run. */
  #isWaiting = false;
  /** Since when no greenlet has run, and nothing is ahead. */
  #nothingSinceMs: number | undefined = undefined;

  /** @param loop where the hub waits when no greenlet can go on */
  constructor(readonly loop: Loop, private readonly reports: HubReports) {}

  spawn<Args extends unknown[], Value>(body: Body<Args, Value>, ...args: Args): Greenlet<Value> {
    const greenlet = Greenlet.on(this, this.nextId(), body, args);
    greenlet.start();
    return greenlet;
  }

  nextId(): number {
    return ++this.#lastId;
  }

  schedule(greenlet: TurnTaker): void {
    this.#ready.push(greenlet);
    if (this.#isWaiting) this.loop.wake();
  }

  failed(greenlet: Greenlet, error: Error, link?: Link<Greenlet>): void {
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
    const main = this.#main = Greenlet.on(this, 0, body, args);
    main.start();
    while (!main.dead) {
      await this.turn();
      if (!this.#isStuck) continue;
      if (this.idle.size > 0) this.idle.wakeAll();
      else main.throw(new LoopExit("all wait for each other, and for nothing else"));
    }
    this.#main = undefined;
    if (main.error !== undefined) throw main.error;
    return main.value as Value | GreenletExit; // it has ended, and has not failed
  }

  /** Runs the greenlets that can go on, and waits until others can. */
  async turn(): Promise<void> {
    for (let round = 0; round < ROUNDS && this.#ready.length > 0; round++) this.#runReady();
    if (this.#isStuck || this.#main?.dead) return;
    const { loop, timers, outside } = this;
    this.#isWaiting = true;
    await loop.wait(this.#untilNextMs(), outside.promises > 0 || outside.waiters > 0);
    this.#isWaiting = false;
    if (timers.size > 0) this.#fireDue(loop.nowMs());
  }

  #untilNextMs(): number {
    if (this.#ready.length > 0) return 0;
    return this.#hasNothing ? LOOK_MS : this.timers.untilNextMs(this.loop.nowMs());
  }

  /** Whether nothing is ahead of any greenlet, as far as the hub knows. */
  get #hasNothing(): boolean {
    return this.#ready.length === 0 && this.timers.size === 0 && !this.loop.isWatching &&
      this.outside.promises === 0;
  }

  /** Whether nothing can be ahead: no callback is left that could set an event, say. */
  get #isStuck(): boolean {
    return this.#hasNothing && !(this.outside.waiters > 0 && this.#mayHear());
  }

  #mayHear(): boolean {
    const nowMs = this.loop.nowMs();
    this.#nothingSinceMs ??= nowMs;
    return this.loop.hasTimers ?? nowMs - this.#nothingSinceMs < GRACE_MS;
  }

  #runReady(): void {
    this.#nothingSinceMs = undefined;
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
  #run(greenlet: TurnTaker, beganMs: number): number {
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
 * {@linkcode spawn}, to begin in `ms` milliseconds. Python: `spawn_later`.
 *
 * @throws {Error} outside of any greenlet
 * @throws {RangeError} when `ms` is NaN
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop } from "./loop.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   const later = spawnLater(10, function* (word: string) {
 *     return word.length;
 *   }, "later");
 *   assertEquals(yield* later.get(), 5);
 * });
 * ```
 */
export function spawnLater<Args extends unknown[], Value>(
  ms: number,
  body: Body<Args, Value>,
  ...args: Args
): Greenlet<Value> {
  const greenlet = new Greenlet(body, ...args);
  greenlet.startLater(ms);
  return greenlet;
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
