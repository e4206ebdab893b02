/**
 * What the person typed is wrong. They see only its message, one line; the exit status is 2.
 * @example
 * ```ts
 * import { throws } from "node:assert/strict";
 *
 * throws(() => {
 *   throw new UsageError("unknown flag --prot; did you mean --port?");
 * }, UsageError);
 * ```
 */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * The machine refuses something. The person sees only its message, one line; the exit status is 1.
 * @example
 * ```ts
 * import { throws } from "node:assert/strict";
 *
 * throws(() => {
 *   throw new RefusedError("127.0.0.1:7788 is in use");
 * }, RefusedError);
 * ```
 */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/**
 * The system allows no more threads. The person sees one line that says what to do; the exit status is 1.
 * @example
 * ```ts
 * import { throws } from "node:assert/strict";
 *
 * throws(() => {
 *   throw new OutOfThreadsError(new Error("pthread_create: EAGAIN (11)"));
 * }, /^OutOfThreadsError: pthread_create: EAGAIN \(11\)$/);
 * ```
 */
export class OutOfThreadsError extends Error {
  override readonly name = "OutOfThreadsError";

  /** @param cause the call that failed */
  constructor(override readonly cause: Error) {
    super(cause.message);
  }
}
