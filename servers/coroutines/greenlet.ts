/**
 * Greenlets: coroutines that name the one to go on with, instead of leaving that to a scheduler.
 *
 * `other.switch(value)` leaves the current greenlet where it is and goes on in the other, where
 * `value` is what its own `switch` gives back. There is no schedule, no queue and no waiting: exactly
 * one greenlet runs, and it decides. The rules are those of Python's greenlet, with one addition that
 * generators ask for: **within a greenlet, yield what `switch` and `throw` return.** Ordinary code is
 * the *main* greenlet, which calls them like any other function.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const heard: unknown[] = [];
 * const ping: Greenlet = new Greenlet(function* () {
 *   heard.push(yield pong.switch("hello"));
 * });
 * const pong: Greenlet = new Greenlet(function* (greeting) {
 *   heard.push(greeting);
 *   yield ping.switch("goodbye");
 * });
 * ping.switch();
 * assertEquals(heard, ["hello", "goodbye"]);
 * ```
 *
 * @module
 */

/** The function that a greenlet runs; what it returns goes to the parent. */
export type GreenletBody = (value: unknown) => Generator<unknown, unknown, unknown>;

/** Thrown in a greenlet to end it. If the greenlet does not catch it, its parent gets it as a value. */
export class GreenletExit extends Error {
  override readonly name = "GreenletExit";
}

/** A rule of switching was broken. */
export class GreenletError extends Error {
  override readonly name = "GreenletError";
}

/** Yielded by a greenlet to leave it for the one that {@linkcode asked} holds. */
const LEAVE = Symbol("what switch() returns");

/** What `switch` and `throw` return within a greenlet. */
export type Leave = typeof LEAVE;

/** On its way from one greenlet to another: a value, or an error to be thrown there. */
let arriving: unknown;
let isThrown = false;
/** The greenlet that the current one has switched to; the current one has not yielded yet. */
let asked: Greenlet | undefined;

/** A coroutine that is switched to by name. See the module. */
export class Greenlet {
  protected readonly body: GreenletBody;
  #generator: ReturnType<GreenletBody> | undefined = undefined;
  #parent: Greenlet | null;
  #dead = false;

  /**
   * @param body runs when this is first switched to, with the value that was passed
   * @param parent goes on when `body` is done; by default the greenlet that makes this one
   */
  constructor(body: GreenletBody, parent: Greenlet | null = current) {
    this.body = body;
    this.#parent = parent;
  }

  /** Whether its function has returned or has thrown. */
  get dead(): boolean {
    return this.#dead;
  }

  /** The greenlet that goes on when this one has ended; the main greenlet never ends, and has none. */
  get parent(): Greenlet | null {
    return this.#parent;
  }

  /** @throws {GreenletError} when a greenlet would become its own ancestor */
  set parent(parent: Greenlet) {
    if (this === main) throw new GreenletError("the main greenlet has no parent");
    for (let one: Greenlet | null = parent; one !== null; one = one.#parent) {
      if (one === this) throw new GreenletError("a greenlet cannot be an ancestor of its own");
    }
    this.#parent = parent;
  }

  /**
   * Goes on in this greenlet, or in its parent if it has ended.
   *
   * @param value what the `switch` that this greenlet left with gives back, or what its function is
   *   called with
   * @returns what is passed to the current greenlet when it is switched to again; within a greenlet,
   *   what must be yielded to get that
   * @throws what a child of the current greenlet threw
   * @throws {GreenletError} when what an earlier call returned was not yielded
   */
  switch(value?: unknown): unknown {
    return current === main ? enter(this, value, false) : ask(this, value, false);
  }

  /** As {@linkcode switch}, but throws `error` there. One that has not begun ends at once. */
  throw(error: unknown = new GreenletExit()): unknown {
    return current === main ? enter(this, error, true) : ask(this, error, true);
  }

  /** Calls the function that it runs. A subclass may call it in another way. */
  protected begin(value: unknown): ReturnType<GreenletBody> {
    return this.body(value);
  }

  /** The error when it has yielded something else than what `switch` or `throw` returned. */
  protected wrongYield(): Error {
    return new GreenletError("a greenlet yields what switch() or throw() returns");
  }

  /** For subclasses: ends this greenlet, which has not begun, without running it. */
  protected endUnbegun(): void {
    this.#dead = true;
  }

  /**
   * Runs until this greenlet leaves for another or ends. For the trampoline of this module only.
   *
   * @returns the greenlet that goes on
   */
  static resume(greenlet: Greenlet): Greenlet {
    try {
      const { done, value } = greenlet.#step();
      if (!done) {
        const next = asked;
        asked = undefined;
        if (value === LEAVE && next !== undefined) return next;
        arriving = greenlet.wrongYield();
        isThrown = true;
        return greenlet;
      }
      if (asked !== undefined) throw notYielded();
      arriving = value;
    } catch (error) {
      asked = undefined;
      arriving = error;
      isThrown = !(error instanceof GreenletExit);
    }
    greenlet.#dead = true;
    return greenlet.#parent ?? main;
  }

  #step(): IteratorResult<unknown> {
    if (isThrown) {
      isThrown = false;
      if (this.#generator === undefined) throw arriving;
      return this.#generator.throw(arriving);
    }
    if (this.#generator !== undefined) return this.#generator.next(arriving);
    this.#generator = this.begin(arriving);
    return this.#generator.next();
  }
}

const main: Greenlet = new Greenlet(function* () {}, null);
let current = main;

/**
 * The greenlet that runs now; outside of any, the main one.
 *
 * @example
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 * const one: Greenlet = new Greenlet(function* () {
 *   assert(getcurrent() === one);
 * });
 * one.switch();
 * assertEquals(getcurrent().parent, null); // the main greenlet
 * ```
 */
export function getcurrent(): Greenlet {
  return current;
}

/** Notes which greenlet goes on once the current one has yielded. */
function ask(greenlet: Greenlet, value: unknown, thrown: boolean): Leave {
  if (asked !== undefined) throw notYielded();
  asked = greenlet;
  arriving = value;
  isThrown = thrown;
  return LEAVE;
}

/** Leaves the main greenlet, and returns when it is switched to again. */
function enter(greenlet: Greenlet, value: unknown, thrown: boolean): unknown {
  arriving = value;
  isThrown = thrown;
  // A greenlet that switches to another does not call it: it comes back here first. So the stack
  // stays as deep as it is, however often they switch.
  for (let next = greenlet; next !== main;) {
    if (next.dead) next = liveOne(next);
    else next = Greenlet.resume(current = next);
  }
  current = main;
  if (!isThrown) return arriving;
  isThrown = false;
  throw arriving;
}

/** `greenlet`, or its nearest ancestor that has not ended. */
function liveOne(greenlet: Greenlet): Greenlet {
  let one = greenlet;
  while (one.dead) {
    if (arriving instanceof GreenletExit) isThrown = false;
    one = one.parent ?? main;
  }
  return one;
}

function notYielded(): GreenletError {
  return new GreenletError("what switch() or throw() returns was not yielded");
}
