import { ENTRIES, IoUring } from "./io_uring.ts";
import type { IoUringCalls } from "./io_uring_calls.ts";
import { SystemCallError, type SystemCalls } from "./system_interface.ts";

/** Why a server cannot have an {@linkcode IoUring} here. */
export type IoUringRefusal = "absent" | "forbidden" | "too-old" | "unlockable";

/**
 * Asks the system for a ring as servers have it.
 *
 * @param ringCalls the system's, unless a test is about what the system seldom does
 * @returns `undefined` if it can be had, otherwise why not
 * @throws {SystemCallError} for what has nothing to do with io_uring, such as `EMFILE`
 *
 * @example
 * ```ts
 * import { systemCalls } from "./system_calls.ts";
 * if (ioUringRefusal(systemCalls()) === "forbidden") console.log("a container, perhaps");
 * ```
 */
export function ioUringRefusal(
  calls: SystemCalls,
  ringCalls?: IoUringCalls,
): IoUringRefusal | undefined {
  try {
    new IoUring(calls, ENTRIES, false, ringCalls).close();
    return undefined;
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    const why = REFUSALS[error.code];
    if (why === undefined) throw error;
    return why;
  }
}

/** io_uring_setup(2), the sysctl `kernel.io_uring_disabled`, and `RLIMIT_MEMLOCK` of getrlimit(2). */
const REFUSALS: Readonly<Record<string, IoUringRefusal>> = {
  ENOSYS: "absent",
  EPERM: "forbidden",
  EACCES: "forbidden",
  EINVAL: "too-old",
  ENOMEM: "unlockable",
};
