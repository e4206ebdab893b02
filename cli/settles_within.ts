// @ts-types="./std/delay.d.ts"
import { delay } from "@std/async/delay";

/** Waits for a promise, at most so long. @returns whether it was settled */
export async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const over = new AbortController();
  const timer = delay(ms, { signal: over.signal }).then(() => false, () => false);
  const settled = await Promise.race([promise.then(() => true, () => true), timer]);
  over.abort();
  return settled;
}
