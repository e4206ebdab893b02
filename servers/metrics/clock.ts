/** What is added to `performance.now()`. */
let offsetMs = performance.timeOrigin;
let lastMs = 0;

/**
 * Milliseconds since the epoch, with the microseconds. It stays within the millisecond that `Date.now()`
 * shows, also when the system's time is set or slewed: so threads and processes agree with each other.
 * Within that millisecond it never goes back.
 *
 * @returns with more decimals than are known: see {@linkcode roundToMicroseconds}
 */
export function preciseTimeMs(): number {
  const monotonicMs = performance.now();
  const wholeMs = Date.now();
  let timeMs = offsetMs + monotonicMs;
  if (timeMs < wholeMs) timeMs = wholeMs;
  else if (timeMs >= wholeMs + 1) timeMs = wholeMs + 0.999;
  if (lastMs > timeMs && lastMs < wholeMs + 1) timeMs = lastMs;
  offsetMs = timeMs - monotonicMs;
  return lastMs = timeMs;
}

/** Rounds a time to three decimals, as frames have it. */
export function roundToMicroseconds(timeMs: number): number {
  return Math.round(timeMs * 1_000) / 1_000;
}
