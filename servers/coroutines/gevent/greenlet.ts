import { toError } from "../../sockets/thrown.ts";
import type { Hub } from "./hub.ts";
import { type Coroutine, DONE_ALREADY, getcurrent, park, type Parking, type Wait } from "./park.ts";
import { NOT_WAITED, PARKED } from "./park.ts";

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
  /** What it waits for; `undefined` while it runs or is about to. */
  parkedIn: Parking | undefined = undefined;

  readonly #body: Body<never, Value>;
  readonly #args: readonly unknown[];
  #generator: Coroutine<Value> | undefined = undefined;
  #arriving: unknown = undefined;
  #isThrown = false;
  /** Thrown at the next wait, since it came when something else had arrived already. */
  #pending: unknown = undefined;
  /** Most are waited for by nobody or by one, and need no list. */
  #links: Link | Link[] | undefined = undefined;

  /**
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
    this.hub.schedule(this);
  }

  /**
   * Has it go on with `error` thrown where it waits. One that has not begun never does; one that is
   * about to go on with something else gets that first, and the error where it waits next.
   */
  throw(error: unknown): void {
    const { parkedIn } = this;
    if (this.dead) return;
    if (parkedIn !== undefined) {
      parkedIn.forget(this);
      this.#goOnWith(error);
    } else if (this.#generator === undefined) {
      this.#arriving = error;
      this.#isThrown = true;
    } else this.#pending = error;
  }

  /**
   * Ends it, and waits until it has: its `finally` may take its time.
   *
   * @param error thrown where it waits
   */
  kill(error: unknown = new GreenletExit()): Wait {
    if (this === getcurrent()) throw error;
    this.throw(error);
    return this.join();
  }

  /** Waits until it has ended, in whichever way. */
  join(): Wait {
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
    yield* this.join();
    if (this.error !== undefined) throw this.error;
    return this.value as Value | GreenletExit; // it has ended, and has not failed
  }

  /** Tells `link` when this has ended, which may be at once. */
  link(link: Link): void {
    if (this.dead) link.ended(this);
    else if (this.#links === undefined) this.#links = link;
    else if (Array.isArray(this.#links)) this.#links.push(link);
    else this.#links = [this.#links, link];
  }

  /** Does not tell `link` after all. */
  unlink(link: Link): void {
    if (Array.isArray(this.#links)) this.#links = this.#links.filter((one) => one !== link);
    else if (this.#links === link) this.#links = undefined;
  }

  /** The one that it joins has ended. */
  ended(): void {
    this.resume();
  }

  /** One that joins this goes on for another reason. */
  forget(greenlet: Greenlet): void {
    this.unlink(greenlet);
  }

  /** For the hub, when it is its turn: runs until it waits or ends. */
  goOn(): void {
    try {
      const { done, value } = this.#step();
      if (done && this.parkedIn !== undefined) this.#end(undefined, new Error(NOT_WAITED));
      else if (done) this.#end(value, undefined);
      else if (value !== PARKED) this.#goOnWith(new Error(NOT_WAITED));
      else if (this.#pending !== undefined) this.#throwPending();
    } catch (error) {
      if (error instanceof GreenletExit) this.#end(error, undefined);
      else this.#end(undefined, toError(error));
    }
  }

  #step(): IteratorResult<typeof PARKED, Value> {
    const arriving = this.#arriving;
    this.#arriving = undefined;
    if (this.#isThrown) {
      this.#isThrown = false;
      if (this.#generator === undefined) throw arriving;
      return this.#generator.throw(arriving);
    }
    if (this.#generator !== undefined) return this.#generator.next(arriving);
    // Sound, because spawn() takes only arguments that the function takes.
    this.#generator = this.#body(...this.#args as never);
    return this.#generator.next();
  }

  /** When its turn comes, `error` is thrown where it waits. */
  #goOnWith(error: unknown): void {
    this.resume(error);
    this.#isThrown = true;
  }

  #throwPending(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    this.throw(pending);
  }

  #end(value: Value | GreenletExit | undefined, error: Error | undefined): void {
    this.dead = true;
    this.value = value;
    this.error = error;
    this.parkedIn?.forget(this); // a wait that was begun and not waited
    this.parkedIn = undefined;
    if (error !== undefined) this.hub.failed(this, error);
    const links = this.#links;
    this.#links = undefined;
    if (Array.isArray(links)) { for (const link of links) link.ended(this); }
    else links?.ended(this);
  }
}
