import { toError } from "../../system/thrown.ts";
import type { Hub } from "./hub.ts";
import { type Coroutine, DONE_ALREADY, forgottenWait, getcurrent, NOT_WAITED } from "./park.ts";
import { enterLink, leaveLink, park, PARKED, type Parking, type Wait, waits } from "./park.ts";

/** What a greenlet is thrown that is to end. One that ends by it has not failed: this is its value. */
export class GreenletExit extends Error {
  override readonly name = "GreenletExit";
}

/** Who is told that a greenlet has ended. */
export interface Link {
  ended(greenlet: Greenlet): void;
}

/** A function that a greenlet can run. */
export type Body<Args extends unknown[], Value> = (...args: Args) => Coroutine<Value>;

/**
 * A coroutine that the hub runs. It waits with `yield*`, and the others go on meanwhile. Spawn one to
 * get one.
 */
export class Greenlet<Value = unknown> implements Parking, Link {
  /** What it returned, or the {@linkcode GreenletExit} that ended it. */
  value: Value | GreenletExit | undefined = undefined;
  /** What it threw; `undefined` while it runs and if it did not fail. */
  error: Error | undefined = undefined;
  dead = false;
  /** What it waits for; `undefined` while it runs, or is about to because of what has arrived. */
  parkedIn: Parking | undefined = undefined;

  readonly #body: Body<never, Value>;
  readonly #args: readonly unknown[];
  #generator: Coroutine<Value> | undefined = undefined;
  #arriving: unknown = undefined;
  #isThrown = false;
  /** Whether the hub will have it go on. Nothing else that arrives until then may replace what has. */
  #isReady = true;
  /** Thrown one by one where it waits next, since they came when it was ready or ran. */
  #pending: unknown[] | undefined = undefined;
  /** Most are waited for by nobody or by one, and need no list. */
  #links: Link | Link[] | undefined = undefined;

  /** Where one waits that is ready. Once it has left, the hub's turn for it is void. */
  static readonly #NAP: Parking = {
    forget: (greenlet) => {
      greenlet.#isReady = false;
    },
  };

  static {
    waits(this, "kill", "join", "get");
  }

  /**
   * The hub that runs it has it go on, and expects that it has not begun.
   *
   * @param hub who runs it
   * @param id counts from 1, and is shown where Python shows an address
   */
  constructor(
    readonly hub: Hub,
    readonly id: number,
    body: Body<never, Value>,
    args: readonly unknown[],
  ) {
    this.#body = body;
    this.#args = args;
  }

  /** Whether it has ended, and not by an error. */
  get successful(): boolean {
    return this.dead && this.error === undefined;
  }

  /** `<Greenlet at 0x1: f(5)>` */
  toString(): string {
    return `<Greenlet at 0x${this.id.toString(16)}: ${this.#body.name}(${this.#args.join(", ")})>`;
  }

  /** Has it go on with `value`, when its turn comes. It must be parked. */
  resume(value?: unknown): void {
    this.parkedIn = undefined;
    this.#arriving = value;
    this.#becomeReady();
  }

  /** Lets all others go on first. To be waited with `yield*`. */
  nap(): Wait {
    this.#becomeReady();
    return park(Greenlet.#NAP);
  }

  /**
   * Has it go on with `error` thrown where it waits. One that has not begun ends at once; one that is
   * about to go on with something else gets that first, and the error where it waits next.
   */
  throw(error: unknown): void {
    if (this.dead) return;
    if (this.#isReady && this.#generator === undefined) this.#endBy(error);
    else if (this.#isReady || this.parkedIn === undefined) (this.#pending ??= []).push(error);
    else this.#goOnWith(error);
  }

  /** What {@linkcode throw} was given is not to be thrown after all, if it has not been yet. */
  takeBack(error: unknown): void {
    if (this.#pending === undefined) return;
    this.#pending = this.#pending.filter((one) => one !== error);
  }

  /**
   * Ends it, and waits until it has: its `finally` may take its time.
   *
   * @param error thrown where it waits
   */
  kill(error: unknown = new GreenletExit()): Wait {
    if (this === getcurrent()) throw error;
    this.throw(error);
    return this.#join();
  }

  /** Waits until it has ended, in whichever way. */
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
   * Tells `link` when this has ended, which may be at once. If it throws, the hub reports that, and
   * all else goes on.
   */
  link(link: Link): void {
    if (this.dead) this.#tell(link);
    else if (this.#links === undefined) this.#links = link;
    else if (Array.isArray(this.#links)) this.#links.push(link);
    else this.#links = [this.#links, link];
  }

  /** Does not tell `link` after all; of one that was given twice, once. */
  unlink(link: Link): void {
    const links = this.#links;
    if (links === link) this.#links = undefined;
    if (!Array.isArray(links)) return;
    // Those that have waited longest leave first as a rule, and a new list for each would take too long.
    const at = links.indexOf(link);
    if (at >= 0) links.splice(at, 1);
  }

  /** The one that it joins has ended. */
  ended(): void {
    this.resume();
  }

  /** One that joins this goes on for another reason. */
  forget(greenlet: Greenlet): void {
    this.unlink(greenlet);
  }

  /** It does not wait for that any more. */
  leaveParking(): void {
    this.parkedIn?.forget(this);
    this.parkedIn = undefined;
  }

  /** For the hub, when it is its turn: runs until it waits or ends. */
  goOn(): void {
    if (!this.#isReady) return; // it has left its nap, and gone on already
    this.#isReady = false;
    this.parkedIn = undefined;
    let step;
    try {
      do {
        step = this.#step();
        if (!step.done && step.value !== PARKED) return this.#goOnWith(new Error(NOT_WAITED));
      } while (!step.done && this.#isThrownPending());
    } catch (error) {
      return this.#endBy(error);
    }
    if (!step.done) return;
    const forgotten = forgottenWait(this);
    if (forgotten === undefined) this.#end(step.value, undefined);
    else this.#endBy(forgotten);
  }

  #step(): IteratorResult<typeof PARKED, Value> {
    const arriving = this.#arriving;
    this.#arriving = undefined;
    if (this.#isThrown) {
      this.#isThrown = false;
      // Nothing is thrown into one that has not begun.
      return this.#generator!.throw(arriving);
    }
    if (this.#generator !== undefined) return this.#generator.next(arriving);
    // Sound, because spawn() takes only arguments that the function takes.
    this.#generator = this.#body(...this.#args as never)[Symbol.iterator]();
    return this.#generator.next();
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
  #goOnWith(error: unknown): void {
    this.leaveParking();
    this.resume(error);
    this.#isThrown = true;
  }

  #endBy(error: unknown): void {
    if (error instanceof GreenletExit) this.#end(error, undefined);
    else this.#end(undefined, toError(error));
  }

  #end(value: Value | GreenletExit | undefined, error: Error | undefined): void {
    this.dead = true;
    this.value = value;
    this.error = error;
    this.leaveParking(); // of a wait without yield*
    this.#pending = undefined;
    if (error !== undefined) this.hub.failed(this, error);
    const links = this.#links;
    this.#links = undefined;
    if (Array.isArray(links)) { for (const link of links) this.#tell(link); }
    else if (links !== undefined) this.#tell(links);
  }

  #tell(link: Link): void {
    const outer = enterLink();
    try {
      link.ended(this);
    } catch (error) {
      this.hub.failed(this, toError(error), link);
    }
    leaveLink(outer);
  }
}
