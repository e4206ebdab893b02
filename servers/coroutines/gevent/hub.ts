import { type Body, Greenlet, type GreenletExit } from "./greenlet.ts";
import { getcurrent, park, type Parking, setCurrent, type Wait } from "./park.ts";
import { Alarm, Timers } from "./timers.ts";

/** Where a hub waits when no greenlet can go on. */
export interface Loop {
  /** Never goes back. */
  nowMs(): number;
  /** Waits until something happens, at most `timeoutMs`, and resumes greenlets for which it did. */
  wait(timeoutMs: number): void | Promise<void>;
  /** Whether there is anything that could happen. */
  readonly isWatching: boolean;
}

/** What a hub has to say. */
export interface HubReports {
  /** A greenlet threw `error` and has ended; all others go on. */
  failed(greenlet: Greenlet, error: Error): void;
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

  /** For greenlets: this one has failed. */
  failed(greenlet: Greenlet, error: Error): void {
    if (greenlet !== this.#main) this.#reports.failed(greenlet, error);
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
    if (timers.size > 0) timers.ringDue(loop.nowMs());
  }

  get #isStuck(): boolean {
    return this.#ready.length === 0 && this.timers.size === 0 && !this.loop.isWatching;
  }

  #runReady(): void {
    [this.#running, this.#ready] = [this.#ready, this.#running];
    let beganMs = this.loop.nowMs();
    for (const greenlet of this.#running) {
      setCurrent(greenlet);
      greenlet.goOn();
      const endedMs = this.loop.nowMs();
      if (endedMs - beganMs >= HELD_MS) this.#reports.held(greenlet, endedMs - beganMs);
      beganMs = endedMs;
    }
    setCurrent(undefined);
    this.#running.length = 0;
  }
}

/** {@linkcode Hub.spawn} by the hub that runs the current greenlet. */
export function spawn<Args extends unknown[], Value>(
  body: Body<Args, Value>,
  ...args: Args
): Greenlet<Value> {
  return getcurrent().hub.spawn(body, ...args);
}

/** Waits for `ms`; with 0, it only lets the others go on. */
export function sleep(ms = 0): Wait {
  const greenlet = getcurrent();
  const { hub } = greenlet;
  if (ms <= 0) {
    const wait = park<void>(SHORT_NAP);
    greenlet.resume();
    return wait;
  }
  const alarm = new Sleep(hub.loop.nowMs() + ms, hub.timers.nextOrder(), greenlet);
  hub.timers.add(alarm);
  return park(alarm);
}

const SHORT_NAP: Parking = { forget() {} };

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
    return new Promise((resolve) => setTimeout(resolve, timeoutMs));
  }
}
