/**
 * What the errors of Deno's operations on a connection mean.
 *
 * @module
 */

/**
 * Whether the client is gone.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(isReset(new Deno.errors.BrokenPipe()), true);
 * ```
 */
export function isReset(error: unknown): error is Error {
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionAborted;
}

/**
 * Whether it is an error of an operation on the connection, and not of the model or its handler.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(isOfOperation(new Error("of a handler")), false);
 * ```
 */
export function isOfOperation(error: unknown): boolean {
  return isReset(error) || error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted;
}
