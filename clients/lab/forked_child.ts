/**
 * Children that experiments fork, in the process of {@linkcode measureInOwnProcess}.
 *
 * @module
 */

import { closeAllBut, exitNow, fork } from "../../servers/system/fork.ts";
import { endOf, type ProcessEnd, sendSignal } from "../../servers/system/spawn.ts";
import { ERRNO, SystemCallError } from "../../servers/system/system_interface.ts";

const POLL_INTERVAL_MS = 1;
const END_TIMEOUT_MS = 5_000;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * Forks a child that has few descriptors, such as one end of a connection, so that it ends when the other
 * end is closed, however that comes.
 *
 * @param descriptors which it keeps
 * @param work does all that the child does, without the event loop, and gives its exit status
 * @returns its process id, in the parent
 * @throws {SystemCallError} when there can be no child
 */
export function forkChild(descriptors: readonly number[], work: () => number): number {
  const pid = fork();
  if (pid !== 0) return pid;
  try {
    closeAllBut(descriptors.toSorted((a, b) => a - b));
    exitNow(work());
  } finally {
    exitNow(1); // it threw, which nobody in this process would catch
  }
}

/**
 * Blocks until something is so.
 *
 * @param what is waited for, for the error
 * @throws {SystemCallError} with `ETIMEDOUT`
 */
export function waitUntil(what: string, isSo: () => boolean): void {
  const endMs = performance.now() + END_TIMEOUT_MS;
  while (!isSo()) {
    if (performance.now() > endMs) throw new SystemCallError(what, ERRNO.ETIMEDOUT);
    Atomics.wait(sleeper, 0, 0, POLL_INTERVAL_MS);
  }
}

/** Waits for the end of a child, and kills one that does not end. @returns how it has ended */
export function waitFor(pid: number): ProcessEnd {
  let end: ProcessEnd | undefined;
  try {
    waitUntil("waitpid", () => (end = endOf(pid)) !== undefined);
  } catch (error) {
    sendSignal(pid, "SIGKILL");
    throw error;
  }
  return end ?? { code: 0, signal: null };
}
