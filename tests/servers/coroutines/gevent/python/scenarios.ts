/**
 * What the scenarios print their lines with, in the same words as those in Python.
 *
 * @module
 */

import { type Coroutine, sleep, type Wait } from "../../../../../servers/coroutines/gevent/mod.ts";

/** Prints what came of a scenario. */
export type Say = (scenario: string, ...values: unknown[]) => void;

/** Scenarios, in the order of those in Python. */
export type Scenarios = (say: Say) => Coroutine;

export function show(value: unknown): string {
  if (value instanceof Error) return value.name;
  if (value instanceof Uint8Array) return show(new TextDecoder().decode(value));
  return Array.isArray(value)
    ? `[${value.map(show).join(", ")}]`
    : String(value).replaceAll("\n", "\\n");
}

/** What a wait throws; "nothing" if it does not. */
export function* thrown(begin: () => Wait<unknown>): Coroutine<unknown> {
  try {
    yield* begin();
  } catch (error) {
    return error;
  }
  return "nothing";
}

/** {@linkcode thrown} of a call that does not wait. */
export function thrownNow(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return "nothing";
}

/** Sleeps for units of a hundredth of a second. */
export function* nap<Value = undefined>(
  units: number,
  value?: Value,
): Coroutine<Value | undefined> {
  yield* sleep(units * 10);
  return value;
}

export function* fail(
  units = 0,
  error: new (text: string) => Error = RangeError,
): Coroutine<never> {
  yield* nap(units);
  throw new error("failed");
}
