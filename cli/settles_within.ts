/** So often the time is looked at. */
const LOOKS = 10;

/**
 * Waits for a promise to resolve or reject, for at most `ms` milliseconds. Time in which the system left
 * this thread no processor does not count: nothing could settle in it.
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
  const lookMs = ms / LOOKS;
  let leftMs = ms;
  let lookedAtMs = performance.now();
  let isLast = false;
  const look = () => {
    const nowMs = performance.now();
    // A look that comes late was kept waiting itself.
    const passedMs = Math.min(nowMs - lookedAtMs, 2 * lookMs);
    lookedAtMs = nowMs;
    leftMs -= passedMs;
    if (leftMs > 0) timer = setTimeout(look, Math.min(lookMs, leftMs));
    else if (passedMs === 2 * lookMs && !isLast) {
      // It was kept waiting, and so was what is waited for, which may have its turn now.
      isLast = true;
      timer = setTimeout(look, lookMs);
    } else resolve(false);
  };
  let timer = setTimeout(look, lookMs);
  promise.then(() => resolve(true), () => resolve(true));
  const settled = await outcome;
  clearTimeout(timer);
  return settled;
}
