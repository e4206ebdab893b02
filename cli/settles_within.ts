/**
 * Waits for a promise to resolve or reject, for at most `ms` milliseconds.
 *
 * @returns whether it has; never rejects
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(await settlesWithin(Promise.resolve(), 1_000), true);
 * equal(await settlesWithin(new Promise(() => {}), 1), false);
 * ```
 */
export async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const { promise: outcome, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  promise.then(() => resolve(true), () => resolve(true));
  const settled = await outcome;
  clearTimeout(timer);
  return settled;
}
