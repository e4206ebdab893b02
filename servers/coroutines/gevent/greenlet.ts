import { toError } from "../../system/thrown.ts";
import { type Greenlet as PlainGreenlet, type GreenletBody, GreenletExit } from "../greenlet.ts";
import type { Loop } from "./loop.ts";
import { beginTurn, callLink, checkWaits, type Coroutine, currentParkable } from "./park.ts";
import { DONE_ALREADY, forgottenWait, NOT_WAITED, park, Parkable } from "./park.ts";
import type { Parking, Wait } from "./park.ts";
import type { TimerQueue } from "./timers.ts";

/** Is called when a greenlet has ended. */
export interface Link {
  ended(greenlet: Greenlet): void;
}

/** A function that a greenlet can run. */
export type Body<Args extends unknown[], Value> = (...args: Args) => Coroutine<Value>;

/** What greenlets need of the hub that runs them. */
export interface GreenletHub {
  readonly loop: Loop;
  readonly timers: TimerQueue;
  /** The greenlet that the hub itself runs in, and the parent of all that it runs. */
  readonly greenlet: PlainGreenlet;
  /** Makes a greenlet that runs `body(...args)`, beginning when its turn comes. */
  spawn<Args extends unknown[], Value>(body: Body<Args, Value>, ...args: Args): Greenlet<Value>;
  /** `greenlet` can go on. */
  schedule(greenlet: Greenlet): void;
  /** `greenlet` has failed; or `link` has, when it was called at the greenlet's end. */
  failed(greenlet: Greenlet, error: Error, link?: Link): void;
}

/**
 * A greenlet that a hub runs. It waits with `yield*`, and the others go on meanwhile. Spawn one to get
 * one.
 */
export class Greenlet<Value = unknown> extends Parkable implements Parking, Link {
  /** What it returned, or the {@linkcode GreenletExit} that ended it. */
  value: Value | GreenletExit | undefined = undefined;
  /** What it threw; `undefined` while it runs and if it did not fail. */
  error: Error | undefined = undefined;

  #arriving: unknown = undefined;
  #isThrown = false;
  /** Whether the hub will run it. Nothing else that arrives until then may replace what has. */
  #isReady = true;
  /** Errors that came while it was ready or ran. They are thrown one by one where it waits next. */
  #pending: unknown[] | undefined = undefined;
  /** Most greenlets have no link or one, and need no list. */
  #links: Link | Link[] | undefined = undefined;

  /** Where a greenlet waits that is ready. Once it has left, the hub's turn for it is void. */
  static readonly #NEXT_TURN: Parking = {
    forget: (greenlet) => {
      if (greenlet instanceof Greenlet) greenlet.#isReady = false;
    },
  };

  static {
    checkWaits(this, "kill", "join", "get");
  }

  /**
   * Makes a greenlet that has not begun. The hub must run it.
   *
   * @param id counts from 1, and is shown where Python shows an address
   */
  constructor(
    readonly hub: GreenletHub,
    readonly id: number,
    body: Body<never, Value>,
    private readonly args: readonly unknown[],
  ) {
    super(body as GreenletBody, hub.greenlet); // begin() passes the arguments that it takes
  }

  /** Whether it has ended, and not by an error. */
  get successful(): boolean {
    return this.dead && this.error === undefined;
  }

  /** `<Greenlet at 0x1: f(5)>` */
  override toString(): string {
    return `<Greenlet at 0x${this.id.toString(16)}: ${this.body.name}(${this.args.join(", ")})>`;
  }

  protected override begin(): Coroutine<Value> {
    // Sound, because spawn() takes only arguments that the function takes.
    return (this.body as Body<unknown[], Value>)(...this.args)[Symbol.iterator]();
  }

  protected override wrongYield(): Error {
    return new Error(NOT_WAITED);
  }

  override resume(value?: unknown): void {
    this.parkedIn = undefined;
    this.#arriving = value;
    this.#becomeReady();
  }

  /** Lets all others go on first. To be waited with `yield*`. */
  yieldTurn(): Wait {
    this.#becomeReady();
    return park(Greenlet.#NEXT_TURN);
  }

  /**
   * Has it go on with `error` thrown where it waits, when its turn comes. One that has not begun ends
   * at once. One that is about to go on with something else gets that first, and the error where it
   * waits next.
   */
  override throw(error: unknown = new GreenletExit()): void {
    if (this.dead) return;
    if (this.#isReady && !this.hasBegun) {
      this.endUnbegun();
      this.#endBy(error);
    } else if (this.#isReady || this.parkedIn === undefined) (this.#pending ??= []).push(error);
    else this.#throwNext(error);
  }

  /** Does not throw `error` after all, if {@linkcode throw} has not done so yet. */
  withdraw(error: unknown): void {
    if (this.#pending === undefined) return;
    this.#pending = this.#pending.filter((one) => one !== error);
  }

  /**
   * Ends it, and waits until it has: its `finally` may take its time.
   *
   * @param error thrown where it waits
   */
  kill(error: unknown = new GreenletExit()): Wait {
    if (this === currentParkable()) throw error;
    this.throw(error);
    return this.#join();
  }

  /** Waits until it has ended, whether it returned or threw. */
  join(): Wait {
    return this.#join();
  }

  #join(): Wait {
    if (this.dead) return DONE_ALREADY;
    this.link(getcurrent());
    return park(this);
  }

  /**
   * Waits until it has ended.
   *
   * @returns what it returned
   * @throws what it threw
   */
  *get(): Coroutine<Value | GreenletExit> {
    yield* this.#join();
    if (this.error !== undefined) throw this.error;
    return this.value as Value | GreenletExit; // it has ended, and has not failed
  }

  /**
   * Calls `link` when this has ended, which may be at once. If it throws, the hub reports that, and
   * all else goes on.
   */
  link(link: Link): void {
    if (this.dead) this.#call(link);
    else if (this.#links === undefined) this.#links = link;
    else if (Array.isArray(this.#links)) this.#links.push(link);
    else this.#links = [this.#links, link];
  }

  /** Does not call `link` after all; if it was given twice, it is still called once. */
  unlink(link: Link): void {
    const links = this.#links;
    if (links === link) this.#links = undefined;
    if (!Array.isArray(links)) return;
    // Those that have waited longest leave first as a rule, and a new list for each would take too long.
    const at = links.indexOf(link);
    if (at >= 0) links.splice(at, 1);
  }

  /** The greenlet that this one joins has ended. */
  ended(): void {
    this.resume();
  }

  /** A greenlet that joins this one goes on for another reason. */
  forget(greenlet: Greenlet): void {
    this.unlink(greenlet);
  }

  /** For the hub, when it is its turn: runs until it waits or ends. */
  run(): void {
    if (!this.#isReady) return; // it has left its turn, and gone on already
    this.#isReady = false;
    this.parkedIn = undefined;
    beginTurn();
    let value;
    try {
      do {
        value = this.#switch();
      } while (!this.dead && this.#isThrownPending());
    } catch (error) {
      return this.#endBy(error);
    }
    if (!this.dead) return;
    const forgotten = forgottenWait(this);
    if (forgotten !== undefined) this.#endBy(forgotten);
    else this.#end(value as Value | GreenletExit, undefined); // what its function returned
  }

  /** @returns what it returned, if it is dead now */
  #switch(): unknown {
    const arriving = this.#arriving;
    this.#arriving = undefined;
    if (!this.#isThrown) return this.switch(arriving);
    this.#isThrown = false;
    return super.throw(arriving);
  }

  /** @returns whether the next step throws something that came while it could not be thrown */
  #isThrownPending(): boolean {
    if (this.#pending === undefined || this.#pending.length === 0) return false;
    this.leaveParking();
    this.#arriving = this.#pending.shift();
    this.#isThrown = true;
    return true;
  }

  #becomeReady(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    this.hub.schedule(this);
  }

  /** When its turn comes, `error` is thrown where it waits. */
  #throwNext(error: unknown): void {
    this.leaveParking();
    this.resume(error);
    this.#isThrown = true;
  }

  #endBy(error: unknown): void {
    if (error instanceof GreenletExit) this.#end(error, undefined);
    else this.#end(undefined, toError(error));
  }

  #end(value: Value | GreenletExit | undefined, error: Error | undefined): void {
    this.value = value;
    this.error = error;
    this.leaveParking(); // of a wait without yield*
    this.#pending = undefined;
    if (error !== undefined) this.hub.failed(this, error);
    const links = this.#links;
    this.#links = undefined;
    if (Array.isArray(links)) { for (const link of links) this.#call(link); }
    else if (links !== undefined) this.#call(links);
  }

  #call(link: Link): void {
    try {
      callLink(link, this);
    } catch (error) {
      this.hub.failed(this, toError(error), link);
    }
  }
}

/**
 * The greenlet that runs now.
 *
 * @throws {Error} outside of those that a hub runs
 */
export function getcurrent(): Greenlet {
  return currentParkable() as Greenlet; // there are no other parkable ones
}
