import { cFunctions, cString } from "./c_library.ts";
import { errnoInstead } from "./system_calls.ts";

const O_CLOEXEC = 0x8_0000;
/** Otherwise a FIFO of that name would block, open(2). */
const O_NONBLOCK = 0x800;
/** <sys/file.h>: for itself alone, and without waiting. */
const LOCK_EX_NB = 2 | 4;

const functions = cFunctions({
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  flock: { parameters: ["i32", "i32"], result: "i32" },
});

/**
 * Calls `action` with a file locked, if nobody has locked it, flock(2). Linux. Deno 2.5 has no call that
 * does not wait.
 *
 * @returns whether it was called: not when there is no such file either
 */
export async function withUnlockedFile(
  path: string,
  action: () => Promise<void>,
): Promise<boolean> {
  const { open, close, flock } = functions();
  const fail = errnoInstead();
  const fd = fail(open(cString(path), O_CLOEXEC | O_NONBLOCK));
  if (fd < 0) return false;
  try {
    if (fail(flock(fd, LOCK_EX_NB)) < 0) return false;
    await action();
    return true;
  } finally {
    close(fd);
  }
}
