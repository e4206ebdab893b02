import { type Body, Greenlet, type GreenletExit } from "./greenlet.ts";
import type { Link } from "./greenlet.ts";
import { getcurrent, park, type Parking, setCurrent, type Wait, waiting } from "./park.ts";
import { Alarm, Timers } from "./timers.ts";
import { LONGEST_WAIT_MS } from "../../sockets/interface.ts";

/** Where a hub waits when no greenlet can go on. */
export interface Loop {
  /** Never goes back. */
  nowMs(): number;
  /**
   * Waits until something happens, at most `timeoutMs` (`Infinity`: no limit), and resumes greenlets
   * for which it did. May also return earlier, with nothing.
   */
  wait(timeoutMs: number): void | Promise<void>;
  /** Whether a greenlet waits for anything that could happen. */
  readonly isWatching: boolean;
}

/** What a hub has to say. */
export interface HubReports {
  /**
   * A greenlet threw `error` and has ended; all others go on.
   *
   * @param link what threw it instead, when it was told that the greenlet has ended
   */
  failed(greenlet: Greenlet, error: Error, link?: Link): void;
  /** A greenlet ran for `heldMs` without waiting, so that no other could run. */
  held(greenlet: Greenlet, heldMs: number): void;
}

/** Every greenlet waits for something that none of them will do. */
export class LoopExit extends Error {
  override readonly name = "LoopExit";
}

/** From when on a greenlet holds up the others, to be reported. */
const HELD_MS = 40;
/** How many times in a row those who can go on do so before it is looked whether anything happened. */
const ROUNDS = 16;

/** Runs greenlets: who waits is switched away from, and whoever can go on goes on. */
export class Hub {
  readonly loop: Loop;
  readonly timers = new Timers();
  readonly #reports: HubReports;
  #ready: Greenlet[] = [];
  #running: Greenlet[] = [];
  #spawned = 0;
  #main: Greenlet | undefined = undefined;

  constructor(loop: Loop, reports: HubReports) {
    this.loop = loop;
    this.#reports = reports;
  }

  /** Makes a greenlet that runs `body(...args)`, beginning when its turn comes. */
  spawn<Args extends unknown[], Value>(body: Body<Args, Value>, ...args: Args): Greenlet<Value> {
    const greenlet = new Greenlet<Value>(this, ++this.#spawned, body, args);
    this.schedule(greenlet);
    return greenlet;
  }

  /** For greenlets: this one can go on. */
  schedule(greenlet: Greenlet): void {
    this.#ready.push(greenlet);
  }

  /** For greenlets: this one has failed, or `link` when it was told of its end. */
  failed(greenlet: Greenlet, error: Error, link?: Link): void {
    const isTold = greenlet === this.#main && link === undefined; // run() throws it
    if (!isTold) this.#reports.failed(greenlet, error, link);
  }

  /**
   * Runs `body(...args)` in a greenlet until that has ended. What it has spawned and not waited for
   * stays where it is.
   *
   * @returns what it returned
   * @throws what it threw; {@linkcode LoopExit} where it waits for what will never be
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

  /** Lets those who can go on do so, and waits until others can. */
  async turn(): Promise<void> {
    for (let round = 0; round < ROUNDS && this.#ready.length > 0; round++) this.#runReady();
    if (this.#isStuck || this.#main?.dead) return;
    const { loop, timers } = this;
    const timeoutMs = this.#ready.length > 0 ? 0 : timers.untilNextMs(loop.nowMs());
    await loop.wait(timeoutMs);
    if (timers.size > 0) this.#ringDue(loop.nowMs());
  }

  get #isStuck(): boolean {
    return this.#ready.length === 0 && this.timers.size === 0 && !this.loop.isWatching;
  }

  #runReady(): void {
    [this.#running, this.#ready] = [this.#ready, this.#running];
    let nowMs = this.loop.nowMs();
    for (const greenlet of this.#running) nowMs = this.#run(greenlet, nowMs);
    setCurrent(undefined);
    this.#running.length = 0;
  }

  /**
   * Rings all that are due, the earliest first. Each has its greenlet go on before the next rings:
   * what it does then may cancel that one.
   */
  #ringDue(dueMs: number): void {
    let nowMs = dueMs;
    for (let alarm; (alarm = this.timers.takeDue(dueMs)) !== undefined;) {
      const others = this.#ready.length;
      alarm.ring();
      const greenlet = this.#ready.length > others ? this.#ready.pop() : undefined;
      if (greenlet !== undefined) nowMs = this.#run(greenlet, nowMs);
    }
    setCurrent(undefined);
  }

  /** @returns what time it is when the greenlet waits again, or has ended */
  #run(greenlet: Greenlet, beganMs: number): number {
    setCurrent(greenlet);
    greenlet.goOn();
    const endedMs = this.loop.nowMs();
    if (endedMs - beganMs >= HELD_MS) this.#reports.held(greenlet, endedMs - beganMs);
    return endedMs;
  }
}

/** {@linkcode Hub.spawn} by the hub that runs the current greenlet. */
export function spawn<Args extends unknown[], Value>(
  body: Body<Args, Value>,
  ...args: Args
): Greenlet<Value> {
  return getcurrent().hub.spawn(body, ...args);
}

/**
 * Waits for `ms`, which may be `Infinity`; with 0 or less, it only lets the others go on.
 *
 * @throws {RangeError} when `ms` is NaN
 */
export const sleep: (ms?: number) => Wait = waiting(function sleep(ms = 0) {
  const greenlet = getcurrent();
  if (ms <= 0) return greenlet.nap();
  const { loop, timers } = greenlet.hub;
  const alarm = new Sleep(loop.nowMs() + ms, timers.nextOrder(), greenlet);
  timers.add(alarm);
  return park(alarm);
});

class Sleep extends Alarm implements Parking {
  constructor(dueMs: number, order: number, readonly greenlet: Greenlet) {
    super(dueMs, order);
  }

  override ring(): void {
    this.greenlet.resume();
  }

  forget(): void {
    this.greenlet.hub.timers.cancel(this);
  }
}

/** A hub's loop without sockets: nothing happens but that time goes by. */
export class ClockLoop implements Loop {
  readonly isWatching = false;

  nowMs(): number {
    return performance.now();
  }

  wait(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, Math.min(timeoutMs, LONGEST_WAIT_MS)));
  }
}
