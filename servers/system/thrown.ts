/**
 * Values that were thrown, which in JavaScript may be anything.
 *
 * @module
 */

/** The thrown value as an error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(asText(thrown));
}

/** The message of a thrown value. */
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
