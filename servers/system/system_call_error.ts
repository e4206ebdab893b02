import { constants } from "node:os";

/**
 * The number of an error by its name, errno(3): `ERRNO.ECONNRESET` is 104 on Linux. Node's list leaves
 * out two that accept(2) names.
 */
export const ERRNO = { ...constants.errno, ENONET: 64, EHOSTDOWN: 112 };

const NAMES = new Map(Object.entries(ERRNO).map(([name, number]) => [number, name]));

/** A call of the system's that failed. */
export class SystemCallError extends Error {
  override readonly name = "SystemCallError";
  /** The name of the error, for example `ECONNRESET`. */
  readonly code: string;

  /**
   * @param call the call that failed
   * @param errno its number, errno(3)
   */
  constructor(readonly call: string, readonly errno: number) {
    const code = NAMES.get(errno) ?? "unknown error";
    super(`${call}: ${code} (${errno})`);
    this.code = code;
  }
}

/**
 * `result`, if the call succeeded.
 *
 * @param call its name, for the error
 * @param result what a {@linkcode SystemCalls} method gave: the negative errno when it failed
 * @throws {SystemCallError} when it failed
 */
export function checked(call: string, result: number): number {
  if (result < 0) throw new SystemCallError(call, -result);
  return result;
}
