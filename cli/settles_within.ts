// @ts-types="./std/delay.d.ts"
import { delay } from "@std/async/delay";

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
  const over = new AbortController();
  const timer = delay(ms, { signal: over.signal }).then(() => false, () => false);
  const settled = await Promise.race([promise.then(() => true, () => true), timer]);
  over.abort();
  return settled;
}
