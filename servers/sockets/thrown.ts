/**
 * What was thrown, which in JavaScript may be anything.
 *
 * @module
 */

/** What was thrown, as an error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** What was thrown, in words. */
export function messageOf(thrown: unknown): string {
  return toError(thrown).message;
}
