/**
 * A duration with three digits that matter.
 *
 * @param ms in milliseconds
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(formatMs(0.05), "50 µs");
 * equal(formatMs(1_234), "1.23 s");
 * ```
 */
export function formatMs(ms: number): string {
  if (ms < 0.9995) return `${Math.round(ms * 1_000)} µs`;
  if (ms < 999.5) return `${ms.toPrecision(3)} ms`;
  return `${(ms / 1_000).toPrecision(3)} s`;
}
