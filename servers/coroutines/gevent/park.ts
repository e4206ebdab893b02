/**
 * How a greenlet waits: it parks in what it waits for, and switches to the hub.
 *
 * @module
 */

import { getcurrent, Greenlet, type Leave } from "../greenlet.ts";
import type { Loop } from "./loop.ts";
import type { TimerQueue } from "./timers.ts";

/** What a greenlet runs: it waits with `yield*`, and the others go on meanwhile. */
export type Coroutine<Value = void> = Generator<Leave, Value, unknown>;

/** A wait, to be waited with `yield*`. */
export type Wait<Value = void> = Iterable<Leave, Value, unknown>;

/** What a greenlet can be parked in. */
export interface Parking {
  /** The greenlet goes on for another reason, and must not be woken by this any more. */
  forget(greenlet: Parkable): void;
}

/** What a wait needs of the hub. */
export interface WaitingHub {
  readonly loop: Loop;
  readonly timers: TimerQueue;
  readonly outside: Outside;
}

/** How many greenlets wait for what code outside of all greenlets may do. */
export interface Outside {
  /** A promise is pending: one waits for what will come. */
  promises: number;
  /** One waits for an event, a queue or a lock: a callback of JavaScript's may be about to bring it. */
  waiters: number;
}

/** A greenlet that can wait. Its parent is the hub's greenlet, so to wait is to switch there. */
export abstract class Parkable extends Greenlet {
  abstract readonly hub: WaitingHub;
  /** What it waits for; `undefined` while it runs, or is about to because of what has arrived. */
  parkedIn: Parking | undefined = undefined;

  /** Has it go on with `value`, when its turn comes. It must be parked. */
  abstract resume(value?: unknown): void;

  /** Does not throw `error` after all, if `throw` was called with it and it has not been thrown yet. */
  abstract withdraw(error: unknown): void;

  /** Takes it out of what it waits for. */
  leaveParking(): void {
    this.parkedIn?.forget(this);
    this.parkedIn = undefined;
  }
}

/**
 * The greenlet that runs now, and can wait.
 *
 * @throws {Error} outside of any
 */
export function currentParkable(): Parkable {
  const greenlet = getcurrent();
  if (greenlet instanceof Parkable) return greenlet;
  if (ended !== undefined) return ended;
  throw new Error("this waits, so a greenlet must do it: spawn one");
}

/** A function that waits, if there is something to wait for. */
type Waiting = (...args: never[]) => Wait<unknown>;

/** The function that was called to wait, until `yield*` begins its wait. */
let called = "";
/** Stands for {@linkcode called} while links are called. */
const LINK = "a link";
/** The greenlet that has ended, while the hub calls its links. */
let ended: Parkable | undefined;

/** For greenlets, before one goes on: it has called nothing yet. */
export function beginTurn(): void {
  called = "";
  isEntering = false;
}

/**
 * Checks every call of `wait`: its `yield*` must begin before anything else waits, and before the
 * greenlet ends. A call without `yield*` is an error even if there is nothing to wait for, since the
 * next call may have to wait.
 *
 * @param name what the error calls it
 */
export function checkedWait<Function extends Waiting>(wait: Function, name = wait.name): Function {
  // A generator's yield* asks for an iterator first. Other waits have one of this module.
  if (isGenerator(wait)) wait.prototype[Symbol.iterator] = begin;
  function checked(this: unknown, ...args: never[]): Wait<unknown> {
    const greenlet = currentParkable();
    if (called !== "") throw notWaited(greenlet);
    const begun = wait.apply(this, args);
    called = name;
    return begun;
  }
  Object.defineProperty(checked, "name", { value: wait.name });
  return checked as Function; // it takes and gives what `wait` does
}

/** {@linkcode checkedWait} for methods of a class. */
export function checkWaits<Name extends string>(
  owner: { readonly name: string; readonly prototype: Record<Name, Waiting> },
  ...names: Name[]
): void {
  for (const name of names) {
    owner.prototype[name] = checkedWait(owner.prototype[name], `${owner.name}.${name}`);
  }
}

function isGenerator(wait: Waiting): boolean {
  return Object.prototype.toString.call(wait) === "[object GeneratorFunction]";
}

/** The `[Symbol.iterator]` of a generator whose calls are checked. */
function begin<Self>(this: Self): Self {
  called = "";
  return this;
}

/** The message of the error of a greenlet that goes on, or ends, without its `yield*`. */
export const NOT_WAITED = "a greenlet waits with yield*, and this one has not";

/** The error of a greenlet that ends without its `yield*`; `undefined` if it has forgotten none. */
export function forgottenWait(greenlet: Parkable): Error | undefined {
  return called === "" ? undefined : notWaited(greenlet);
}

function notWaited(greenlet: Parkable): Error {
  if (called === LINK) return new Error("a link cannot wait: it can spawn a greenlet that does");
  const error = new Error(`${NOT_WAITED}: ${called}()`);
  called = "";
  isEntering = false;
  greenlet.leaveParking();
  return error;
}

/** Calls a link of `greenlet`, which has ended. The link must not wait: it runs in no greenlet. */
export function callLink<One extends Parkable>(
  link: { ended(one: One): void },
  greenlet: One,
): void {
  const outerCalled = called;
  const outerEnded = ended;
  called = LINK;
  ended = greenlet;
  try {
    link.ended(greenlet);
  } finally {
    called = outerCalled;
    ended = outerEnded;
  }
}

/** Whether the current greenlet has parked, and its `yield*` has not begun. */
let isEntering = false;

const LEAVING = { done: false as const, value: undefined as unknown as Leave };

/** Has `yield*` leave the current greenlet, which is parked, for the hub. */
function leave(): IteratorYieldResult<Leave> {
  isEntering = false;
  LEAVING.value = getcurrent().parent?.switch() as Leave; // within a greenlet, that is what it is
  return LEAVING;
}

/**
 * The wait of every parked greenlet. A generator in its place would take 150 bytes for each of them,
 * and twice the time. Nothing needs to be remembered: `yield*` asks first when it begins, right after
 * {@linkcode park}, and then again when the hub has resumed the greenlet.
 */
const WAIT: Iterator<Leave, unknown, unknown> = {
  next(arrived?: unknown): IteratorResult<Leave, unknown> {
    return isEntering ? leave() : { done: true, value: arrived };
  },
  throw(error: unknown): never {
    throw error;
  },
  return(value: unknown) {
    return { done: true, value };
  },
};
const PARKED_WAIT: Wait<unknown> = {
  [Symbol.iterator]: () => {
    called = "";
    return WAIT;
  },
};

/**
 * Parks the current greenlet. Called by what is waited for, which resumes it later.
 *
 * @returns to be waited with `yield*`, for what the greenlet is resumed with
 */
export function park<Value>(parking: Parking): Wait<Value> {
  currentParkable().parkedIn = parking;
  isEntering = true;
  return PARKED_WAIT as Wait<Value>; // what resumes it from this parking passes a Value
}

/**
 * A wait for an attempt to succeed, which is made at first and then each time that the greenlet goes on.
 * A loop in a generator says the same, takes twice the time, and leaves garbage. This object serves again
 * as soon as its wait is over.
 */
export abstract class Attempts<Value> implements Wait<Value>, Iterator<Leave, Value, unknown> {
  /** Whether a greenlet waits in it, so that another one needs a wait of its own. */
  isTaken = false;
  readonly #result = { done: true as const, value: undefined as Value };

  /** Gives the value, or parks the current greenlet and gives `undefined`. */
  protected abstract attempt(): Value | undefined;

  [Symbol.iterator](): this {
    called = "";
    return this;
  }

  next(): IteratorResult<Leave, Value> {
    this.isTaken = false;
    const value = this.attempt();
    if (value === undefined) {
      this.isTaken = true;
      return leave();
    }
    this.#result.value = value; // yield* takes it out at once
    return this.#result;
  }

  throw(error: unknown): never {
    this.isTaken = false;
    throw error;
  }
}

const DONE: IteratorReturnResult<void> = { done: true, value: undefined };
const NO_WAIT: Iterator<Leave, void, unknown> = { next: () => DONE };

/** The wait of a call that need not wait. */
export const DONE_ALREADY: Wait = {
  [Symbol.iterator]: () => {
    called = "";
    return NO_WAIT;
  },
};
