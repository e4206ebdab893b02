/**
 * Greenlets: coroutines that name the one to go on with, instead of leaving that to a scheduler.
 *
 * `other.switch(value)` leaves the current greenlet where it is and goes on in the other, where
 * `value` is what its own `switch` gives back. There is no schedule, no queue and no waiting: exactly
 * one greenlet runs, and it decides. The rules are those of Python's greenlet, with one addition that
 * generators ask for: **within a greenlet, what `switch` and `throw` return must be yielded.**
 * Ordinary code is the *main* greenlet, which calls them like any other function.
 *
 * @example
 * ```ts
 * const ping: Greenlet = new Greenlet(function* () {
 *   console.log("ping got", yield pong.switch("hello"));
 * });
 * const pong: Greenlet = new Greenlet(function* (greeting) {
 *   console.log("pong got", greeting);
 *   yield ping.switch("goodbye");
 * });
 * ping.switch(); // pong got hello, ping got goodbye
 * ```
 *
 * @module
 */

/** The function that a greenlet runs; what it returns goes to the parent. */
export type GreenletBody = (value: unknown) => Generator<unknown, unknown, unknown>;

/** What a greenlet is thrown that should end. Not caught, it is handed to the parent as a value. */
export class GreenletExit extends Error {
  override readonly name = "GreenletExit";
}

/** A rule of switching was broken. */
export class GreenletError extends Error {
  override readonly name = "GreenletError";
}

/** What a greenlet yields: that it is left for the one that was asked to go on. */
const LEAVE = Symbol("what switch() returns");

/** On its way from one greenlet to another: a value, or an error to be thrown there. */
let arriving: unknown;
let isThrown = false;
/** Who was asked to go on by the current greenlet, which has not yielded yet. */
let asked: Greenlet | undefined;

/** A coroutine that is switched to by name. See the module. */
export class Greenlet {
  readonly #body: GreenletBody;
  #generator: ReturnType<GreenletBody> | undefined = undefined;
  #parent: Greenlet | null;
  #dead = false;

  /**
   * @param body run when it is first switched to, with the value that was passed
   * @param parent who goes on when `body` is done; if nothing is said, the one that makes this
   */
  constructor(body: GreenletBody, parent: Greenlet | null = current) {
    this.#body = body;
    this.#parent = parent;
  }

  /** Whether its function has returned or has thrown. */
  get dead(): boolean {
    return this.#dead;
  }

  /** Who goes on when this one has ended; the main greenlet, which does not end, has none. */
  get parent(): Greenlet | null {
    return this.#parent;
  }

  /** @throws {GreenletError} when a greenlet would be an ancestor of its own */
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
   * @throws what a greenlet threw whose parent the current one is
   * @throws {GreenletError} when what an earlier call returned was not yielded
   */
  switch(value?: unknown): unknown {
    return current === main ? enter(this, value, false) : ask(this, value, false);
  }

  /** As {@linkcode switch}, but throws `error` there. One that has not begun ends at once. */
  throw(error: unknown = new GreenletExit()): unknown {
    return current === main ? enter(this, error, true) : ask(this, error, true);
  }

  /**
   * Runs until this greenlet leaves for another or ends. For the trampoline of this module only.
   *
   * @returns who goes on
   */
  static resume(greenlet: Greenlet): Greenlet {
    try {
      const { done, value } = greenlet.#step();
      if (!done) return leave(greenlet, value);
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
    this.#generator = this.#body(arriving);
    return this.#generator.next();
  }
}

const main: Greenlet = new Greenlet(function* () {}, null);
let current = main;

/** The greenlet that runs now. */
export function getcurrent(): Greenlet {
  return current;
}

/** Notes who is to go on, once the current greenlet has yielded. */
function ask(greenlet: Greenlet, value: unknown, thrown: boolean): typeof LEAVE {
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
  for (let next = liveOne(greenlet); next !== main; next = liveOne(Greenlet.resume(next))) {
    current = next;
  }
  current = main;
  if (!isThrown) return arriving;
  isThrown = false;
  throw arriving;
}

/** The one that goes on when `greenlet` is to: the next ancestor if it has ended. */
function liveOne(greenlet: Greenlet): Greenlet {
  let one = greenlet;
  while (one.dead) {
    if (arriving instanceof GreenletExit) isThrown = false;
    one = one.parent ?? main;
  }
  return one;
}

/** @returns who goes on after `greenlet` has yielded */
function leave(greenlet: Greenlet, yielded: unknown): Greenlet {
  const next = asked;
  asked = undefined;
  if (yielded === LEAVE && next !== undefined) return next;
  arriving = new GreenletError("a greenlet yields what switch() or throw() returns");
  isThrown = true;
  return greenlet;
}

function notYielded(): GreenletError {
  return new GreenletError("what switch() or throw() returns was not yielded");
}
