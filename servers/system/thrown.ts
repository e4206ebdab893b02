/**
 * What was thrown, which in JavaScript may be anything.
 *
 * @module
 */

/** What was thrown, as an error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(asText(thrown));
}

/** What was thrown, in words. */
export function messageOf(thrown: unknown): string {
  return asText(toError(thrown).message);
}

function asText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return `a ${typeof value} that is no error`; // an object without toString(), for example
  }
}
