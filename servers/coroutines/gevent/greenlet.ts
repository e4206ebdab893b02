import { toError } from "../../system/thrown.ts";
import { type Greenlet as PlainGreenlet, type GreenletBody, GreenletExit } from "../greenlet.ts";
import { type Callback, forEachLink, type Link, type Linkable, Linked } from "./links.ts";
import { type Links, withLink, withoutLink } from "./links.ts";
import { callLink, checkWaits, type Coroutine, currentParkable, DONE_ALREADY } from "./park.ts";
import { forgottenWait, NOT_WAITED, park, type Parking, type Wait } from "./park.ts";
import { withTimeout } from "./timeout.ts";
import { CallTimer, Timer } from "./timers.ts";
import { type TurnHub, TurnTaker } from "./turn_taker.ts";
import type { Waiters } from "./waiters.ts";

/** A function that a greenlet can run: a generator, or one that gives what can be waited for. */
export type Body<Args extends unknown[], Value> = (...args: Args) => Wait<Value>;

/** What greenlets need of the hub that runs them. */
export interface GreenletHub extends TurnHub {
  /** The greenlet that the hub itself runs in, and the parent of all that it runs. */
  readonly greenlet: PlainGreenlet;
  /** Greenlets that wait until the hub has nothing else to do. */
  readonly idle: Waiters;
  /** The number of a new greenlet. */
  nextId(): number;
  /** Makes a greenlet that runs `body(...args)`, beginning when its turn comes. */
  spawn<Args extends unknown[], Value>(body: Body<Args, Value>, ...args: Args): Greenlet<Value>;
  /** `greenlet` has failed; or `link` has, when it was called at the greenlet's end. */
  failed(greenlet: Greenlet, error: Error, link?: Link<Greenlet>): void;
}

/** What a hub makes a greenlet of. Elsewhere, that is the hub of the current one. */
let made: { hub: GreenletHub; id: number; args: readonly unknown[] } | undefined;

/**
 * A greenlet that a hub runs. It waits with `yield*`, and the others go on meanwhile. Spawn one to get
 * one that begins by itself; one that is made with `new` begins after {@linkcode start}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop, Hub } from "./mod.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   const greenlet = new Greenlet(function* (n: number) {
 *     return n + 1;
 *   }, 41);
 *   greenlet.start();
 *   assertEquals(yield* greenlet.get(), 42);
 * });
 * ```
 */
export class Greenlet<Value = unknown> extends TurnTaker
  implements Parking, Link<Greenlet>, Linkable<Greenlet> {
  /** What it returned, or the {@linkcode GreenletExit} that ended it. */
  value: Value | GreenletExit | undefined = undefined;
  /** What it threw; `undefined` while it runs and if it did not fail. Python: `exception`. */
  error: Error | undefined = undefined;
  readonly hub: GreenletHub;
  /** Counts from 1, and is shown where Python shows an address. */
  readonly id: number;

  readonly #args: readonly unknown[];
  /** Of one that was started: what will have it begin later, or how far it has come. */
  #start: Timer | "ready" | "begun" | undefined = undefined;
  #links: Links<Greenlet> = undefined;

  static {
    checkWaits(this, "kill", "join", "get");
  }

  /** @throws {Error} outside of any greenlet: its hub must run it */
  constructor(body: Body<never, Value>, ...args: unknown[]) {
    const hub = made === undefined ? getcurrent().hub : made.hub;
    super(body as unknown as GreenletBody, hub.greenlet); // begin() passes the arguments that it takes
    this.hub = hub;
    this.id = made === undefined ? hub.nextId() : made.id;
    this.#args = made === undefined ? args : made.args;
  }

  /** One that `hub` will run, made by any code, and not started yet. */
  static on<Args extends unknown[], Value>(
    hub: GreenletHub,
    id: number,
    body: Body<Args, Value>,
    args: Args,
  ): Greenlet<Value> {
    made = { hub, id, args };
    try {
      return new Greenlet(body);
    } finally {
      made = undefined;
    }
  }

  /** Whether it has ended, and not by an error. */
  get successful(): boolean {
    return this.dead && this.error === undefined;
  }

  /** Whether it has ended. */
  get ready(): boolean {
    return this.dead;
  }

  /** Whether it was started, and has not ended. */
  get started(): boolean {
    return this.#start !== undefined && !this.dead;
  }

  /** `<Greenlet at 0x1: f(5)>` */
  override toString(): string {
    return `<Greenlet at 0x${this.id.toString(16)}: ${this.body.name}(${this.#args.join(", ")})>`;
  }

  /** Has it begin when its turn comes. Of one that was started already, nothing happens. */
  start(): void {
    if (this.#start !== undefined || this.dead) return;
    this.#start = "ready";
    this.becomeReady();
  }

  /** {@linkcode start} in `ms` milliseconds. Python: `start_later`. */
  startLater(ms: number): void {
    if (this.#start !== undefined || this.dead) return;
    const { loop, timers } = this.hub;
    this.#start = new CallTimer(loop.nowMs() + ms, timers.nextOrder(), () => this.becomeReady());
    timers.add(this.#start);
  }

  protected override begin(): Coroutine<Value> {
    this.#start = "begun";
    // Sound, because spawn() takes only arguments that the function takes.
    const begun = (this.body as Body<unknown[], Value>)(...this.#args);
    return begun[Symbol.iterator]() as Coroutine<Value>; // a wait has what is asked of it: next and throw
  }

  protected override wrongYield(): Error {
    return new Error(NOT_WAITED);
  }

  /**
   * Has it go on with `error` thrown where it waits, when its turn comes: Python's `kill(block=False)`.
   * One that has not begun ends at once. One that is about to go on with something else gets that
   * first, and the error where it waits next.
   */
  override throw(error: unknown = new GreenletExit()): void {
    if (this.dead) return;
    if (this.#start === "begun") this.throwWhereItWaits(error);
    else this.#endUnbegun(error);
  }

  #endUnbegun(error: unknown): void {
    if (this.#start instanceof Timer) this.hub.timers.cancel(this.#start);
    this.leaveTurn();
    this.endUnbegun();
    this.#endBy(error);
  }

  /**
   * Ends it, and waits until it has: its `finally` may take its time.
   *
   * @param error thrown where it waits
   * @param timeoutMs waits no longer than this
   */
  kill(error: unknown = new GreenletExit(), timeoutMs = Infinity): Wait {
    if (this === currentParkable()) throw error;
    this.throw(error);
    return this.#join(timeoutMs);
  }

  /** Waits until it has ended, whether it returned or threw, or until `timeoutMs` are over. */
  join(timeoutMs = Infinity): Wait {
    return this.#join(timeoutMs);
  }

  #join(timeoutMs: number): Wait {
    if (this.dead) return DONE_ALREADY;
    if (timeoutMs !== Infinity) return withTimeout(timeoutMs, () => this.#untilEnd(), undefined);
    return this.#untilEnd();
  }

  #untilEnd(): Wait {
    this.link(getcurrent());
    return park(this);
  }

  /**
   * Waits until it has ended.
   *
   * @returns what it returned
   * @throws what it threw; a `Timeout` when it has not ended for `timeoutMs`
   */
  *get(timeoutMs = Infinity): Coroutine<Value | GreenletExit> {
    if (!this.dead) yield* withTimeout(timeoutMs, () => this.#untilEnd());
    if (this.error !== undefined) throw this.error;
    return this.value as Value | GreenletExit; // it has ended, and has not failed
  }

  /**
   * Calls `link` when this has ended, which may be at once. A {@linkcode Link} is called by the hub, and
   * cannot wait (Python: `rawlink`). A function runs in a greenlet of its own (Python: `link`). If one
   * throws, the hub reports that, and all else goes on.
   */
  link(link: Link<Greenlet> | Callback<Greenlet>): void {
    this.#addLink(typeof link === "function" ? new Linked(link) : link);
  }

  /** {@linkcode link}, to be called only if it does not fail. Python: `link_value`. */
  linkValue(link: Link<Greenlet> | Callback<Greenlet>): void {
    this.#addLink(new Linked(link, ({ successful }) => successful));
  }

  /** {@linkcode link}, to be called only if it fails. Python: `link_exception`. */
  linkException(link: Link<Greenlet> | Callback<Greenlet>): void {
    this.#addLink(new Linked(link, ({ successful }) => !successful));
  }

  #addLink(link: Link<Greenlet>): void {
    if (this.dead) this.#call(link);
    else this.#links = withLink(this.#links, link);
  }

  /** Does not call `link` after all; if it was given twice, it is still called once. */
  unlink(link: Link<Greenlet> | Callback<Greenlet>): void {
    this.#links = withoutLink(
      this.#links,
      (one) => one === link || one instanceof Linked && one.target === link,
    );
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
    if (!this.beginTurn()) return;
    let value;
    try {
      value = this.switchUntilItWaits();
    } catch (error) {
      return this.#endBy(error);
    }
    if (!this.dead) return;
    const forgotten = forgottenWait(this);
    if (forgotten !== undefined) this.#endBy(forgotten);
    else this.#end(value as Value | GreenletExit, undefined); // what its function returned
  }

  #endBy(error: unknown): void {
    if (error instanceof GreenletExit) this.#end(error, undefined);
    else this.#end(undefined, toError(error));
  }

  #end(value: Value | GreenletExit | undefined, error: Error | undefined): void {
    this.value = value;
    this.error = error;
    this.leaveParking(); // of a wait without yield*
    if (error !== undefined) this.hub.failed(this, error);
    const links = this.#links;
    this.#links = undefined;
    if (links !== undefined) forEachLink(links, (link) => this.#call(link));
  }

  #call(link: Link<Greenlet>): void {
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
