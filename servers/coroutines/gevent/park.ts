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
  isEntering = false;
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
const PARKED_WAIT: Wait<unknown> = { [Symbol.iterator]: () => WAIT };

/**
 * Parks the current greenlet. To be called by what is waited for, which resumes it later.
 *
 * @returns to be waited with `yield*`, for what the greenlet is resumed with
 * @throws {Error} when an earlier wait was not waited with `yield*`
 */
export function park<Value>(parking: Parking): Wait<Value> {
  const greenlet = getcurrent();
  if (greenlet.parkedIn !== undefined) throw new Error(NOT_WAITED);
  greenlet.parkedIn = parking;
  isEntering = true;
  return PARKED_WAIT as Wait<Value>; // whoever resumes it from this parking passes a Value
}

/** What is wrong with a greenlet that has parked and goes on. */
export const NOT_WAITED = "a greenlet waits with yield*, and this one has not";

const DONE: IteratorReturnResult<void> = { done: true, value: undefined };
const NO_WAIT: Iterator<typeof PARKED, void, unknown> = { next: () => DONE };

/** To be returned by what might have had to wait, and need not. */
export const DONE_ALREADY: Wait = { [Symbol.iterator]: () => NO_WAIT };
