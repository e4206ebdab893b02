/**
 * Children of the measuring process that serve on one listener, and how often they were woken up.
 *
 * @module
 */

import { endWithParent } from "../../servers/sockets/libc/interruption.ts";
import { readSystemDirectory, readSystemFile } from "../../servers/system/proc.ts";
import { sendSignal } from "../../servers/system/spawn.ts";
import { forkChild, waitFor, waitUntil } from "./forked_child.ts";

/** Children that do the same until they are ended. Dispose of them. */
export class WaitingChildren implements Disposable {
  readonly pids: number[] = [];

  /**
   * @param descriptors that the children keep
   * @param serve does all that a child does, without the event loop, and never returns
   * @throws {SystemCallError} when there can be no child
   */
  constructor(count: number, descriptors: readonly number[], serve: () => void) {
    try {
      while (this.pids.length < count) this.pids.push(forkServing(descriptors, serve));
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Blocks until all of them wait. */
  untilAsleep(): void {
    waitUntil("sleep", () => this.pids.every(isAsleep));
  }

  /** How often they have gone to sleep, and were so woken up before the next time. */
  get sleeps(): number {
    return this.pids.reduce((sum, pid) => sum + sleepsOf(pid), 0);
  }

  [Symbol.dispose](): void {
    for (const pid of this.pids) sendSignal(pid, "SIGKILL");
    for (const pid of this.pids) waitFor(pid);
  }
}

function forkServing(descriptors: readonly number[], serve: () => void): number {
  return forkChild(descriptors, () => {
    endWithParent();
    serve();
    return 0;
  });
}

function isAsleep(pid: number): boolean {
  return /^State:\s+S/m.test(readSystemFile(`/proc/${pid}/status`));
}

/** How often the threads of a process have gone to sleep: voluntary context switches, proc(5). */
export function sleepsOf(pid: number): number {
  const threads = readSystemDirectory(`/proc/${pid}/task`).filter((name) => !name.startsWith("."));
  return threads.reduce((sum, thread) => {
    const status = readSystemFile(`/proc/${pid}/task/${thread}/status`);
    return sum + Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  }, 0);
}
