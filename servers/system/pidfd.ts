/**
 * Descriptors of other processes, pidfd_getfd(2). Linux.
 *
 * @module
 */

import { cFunctions } from "./c_library.ts";

/** <sys/syscall.h>; older C libraries have no functions for them. */
const SYS_PIDFD_OPEN = 434;
const SYS_PIDFD_GETFD = 438;

const c = cFunctions({
  syscall: { parameters: ["i64", "i64", "i64", "i64"], result: "i64" },
  close: { parameters: ["i32"], result: "i32" },
});

/**
 * Calls `action` with a copy of a child's descriptor.
 *
 * @returns false when there is none: the child has ended, or the system is older than 5.6, or forbids
 *   it, as containers that forbid ptrace(2) do
 */
export function withDescriptorOf(
  pid: number,
  descriptor: number,
  action: (copy: number) => void,
): boolean {
  const pidfd = systemCall(SYS_PIDFD_OPEN, pid, 0, 0);
  if (pidfd < 0) return false;
  const copy = systemCall(SYS_PIDFD_GETFD, pidfd, descriptor, 0);
  c().close(pidfd);
  if (copy < 0) return false;
  try {
    action(copy);
    return true;
  } finally {
    c().close(copy);
  }
}

function systemCall(number: number, ...args: [number, number, number]): number {
  const [one, two, three] = args.map(BigInt);
  return Number(c().syscall(BigInt(number), one, two, three));
}
