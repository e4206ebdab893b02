/**
 * An error of a session or of a thread, as it crosses to another thread.
 *
 * @module
 */

import { postableError } from "../../system/thrown.ts";

/** The longest that crosses, in characters. */
const MAX_LENGTH = 4_096;

/** The bytes that stand for what was thrown. */
export function writeFailure(thrown: unknown): Uint8Array {
  const { message, stack = "" } = postableError(thrown);
  const cut = (text: string) => text.slice(0, MAX_LENGTH);
  return new TextEncoder().encode(JSON.stringify({ message: cut(message), stack: cut(stack) }));
}

/** The error that the bytes of {@linkcode writeFailure} stand for. */
export function readFailure(bytes: Uint8Array): Error {
  const { message, stack } = JSON.parse(new TextDecoder().decode(bytes));
  const error = new Error(message);
  error.stack = stack;
  return error;
}
