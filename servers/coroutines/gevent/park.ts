/**
 * How a greenlet waits: it parks in what it waits for, and yields to the hub.
 *
 * @module
 */

import type { Greenlet } from "./greenlet.ts";

/** What a parked greenlet yields. */
export const PARKED = Symbol("parked");

/** What a greenlet runs: it waits with `yield*`, and the others go on meanwhile. */
export type Coroutine<Value = void> = Generator<typeof PARKED, Value, unknown>;

/** A wait, to be waited with `yield*`. */
export type Wait<Value = void> = Iterable<typeof PARKED, Value, unknown>;

/** What a greenlet can be parked in. */
export interface Parking {
  /** The greenlet goes on for another reason, and must not be woken by this any more. */
  forget(greenlet: Greenlet): void;
}

let current: Greenlet | undefined;

/**
 * The greenlet that runs now.
 *
 * @throws {Error} outside of any
 */
export function getcurrent(): Greenlet {
  if (current === undefined) throw new Error("this waits, so a greenlet must do it: spawn one");
  return current;
}

/** For the hub, which alone resumes greenlets. */
export function setCurrent(greenlet: Greenlet | undefined): void {
  current = greenlet;
  called = "";
  isEntering = false;
}

/** A function that waits, if there is something to wait for. */
type Waiting = (...args: never[]) => Wait<unknown>;

/** The function that was called to wait, until `yield*` begins its wait. */
let called = "";
/** Stands for {@linkcode called} while links are told. */
const LINK = "a link";

/**
 * Has every call of `wait` looked after: its `yield*` must begin before anything else waits, and
 * before the greenlet ends. A call without `yield*` is an error also if there is nothing to wait for,
 * since the next one could have to wait.
 *
 * @param name what the error calls it
 */
export function waiting<Function extends Waiting>(wait: Function, name = wait.name): Function {
  // A generator's yield* asks for an iterator first. Other waits have one of this module.
  if (isGenerator(wait)) wait.prototype[Symbol.iterator] = begin;
  function lookedAfter(this: unknown, ...args: never[]): Wait<unknown> {
    const greenlet = getcurrent();
    if (called !== "") throw notWaited(greenlet);
    const begun = wait.apply(this, args);
    called = name;
    return begun;
  }
  Object.defineProperty(lookedAfter, "name", { value: wait.name });
  return lookedAfter as Function; // it takes and gives what `wait` does
}

/** {@linkcode waiting} for methods of a class. */
export function waits<Name extends string>(
  owner: { readonly name: string; readonly prototype: Record<Name, Waiting> },
  ...names: Name[]
): void {
  for (const name of names) {
    owner.prototype[name] = waiting(owner.prototype[name], `${owner.name}.${name}`);
  }
}

function isGenerator(wait: Waiting): boolean {
  return Object.prototype.toString.call(wait) === "[object GeneratorFunction]";
}

/** The `[Symbol.iterator]` of a generator that is looked after. */
function begin<Self>(this: Self): Self {
  called = "";
  return this;
}

/** What is wrong with a greenlet that goes on, or ends, without its `yield*`. */
export const NOT_WAITED = "a greenlet waits with yield*, and this one has not";

/** The error of a greenlet that ends without its `yield*`, if it does. */
export function forgottenWait(greenlet: Greenlet): Error | undefined {
  return called === "" ? undefined : notWaited(greenlet);
}

function notWaited(greenlet: Greenlet): Error {
  if (called === LINK) return new Error("a link cannot wait: it can spawn a greenlet that does");
  const error = new Error(`${NOT_WAITED}: ${called}()`);
  called = "";
  isEntering = false;
  greenlet.leaveParking();
  return error;
}

/** A link is told now. It must not wait: it runs in a greenlet that has not asked for it. */
export function enterLink(): string {
  const outer = called;
  called = LINK;
  return outer;
}

/** The link has been told. */
export function leaveLink(outer: string): void {
  called = outer;
}

/** Whether the current greenlet has parked, and its `yield*` has not begun. */
let isEntering = false;

const PARKING: IteratorYieldResult<typeof PARKED> = { done: false, value: PARKED };

/**
 * The wait of every parked greenlet. A generator in its place would take 150 bytes for each of them,
 * and twice the time: there is nothing to remember, because `yield*` asks first when it begins, right
 * after {@linkcode park}, and then again when the hub has resumed the greenlet.
 */
const WAIT: Iterator<typeof PARKED, unknown, unknown> = {
  next(arrived?: unknown): IteratorResult<typeof PARKED, unknown> {
    if (!isEntering) return { done: true, value: arrived };
    isEntering = false;
    return PARKING;
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
 * Parks the current greenlet. To be called by what is waited for, which resumes it later.
 *
 * @returns to be waited with `yield*`, for what the greenlet is resumed with
 */
export function park<Value>(parking: Parking): Wait<Value> {
  getcurrent().parkedIn = parking;
  isEntering = true;
  return PARKED_WAIT as Wait<Value>; // what resumes it from this parking passes a Value
}

const DONE: IteratorReturnResult<void> = { done: true, value: undefined };
const NO_WAIT: Iterator<typeof PARKED, void, unknown> = { next: () => DONE };

/** To be returned by what might have had to wait, and need not. */
export const DONE_ALREADY: Wait = {
  [Symbol.iterator]: () => {
    called = "";
    return NO_WAIT;
  },
};
