/**
 * Descendants that lose their parent, as those of a program do that becomes a daemon. Linux.
 *
 * @module
 */

// @ts-types="../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import { cFunctions } from "./c_library.ts";
import { endOf, sendSignal } from "./spawn.ts";
import { checked } from "./system_interface.ts";
import { errnoInstead } from "./system_calls.ts";
import { isGuarded } from "./guarded_process.ts";
import { allProcesses, type ProcessInfo } from "./process_tree.ts";

/** <sys/prctl.h> */
const PR_SET_CHILD_SUBREAPER = 36;
/** How often {@linkcode killOrphans} looks whether the processes that it killed have ended. */
const POLL_INTERVAL_MS = 5;

const functions = cFunctions({
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
});

/**
 * From now on a descendant whose parent ends becomes a child of this process, prctl(2).
 *
 * @throws {SystemCallError} when the system refuses
 */
export function becomeSubreaper(): void {
  checked("prctl", errnoInstead()(functions().prctl(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n)));
}

/** Kills the adopted descendants, and those that are adopted because of that, until there are none. */
export async function killOrphans(): Promise<void> {
  for (let orphans; (orphans = adopted(allProcesses())).length > 0; await delay(POLL_INTERVAL_MS)) {
    for (const pid of orphans) sendSignal(pid, "SIGKILL");
    for (const pid of orphans) endOf(pid);
  }
}

/** Which of all processes were adopted: a child in another session that is not guarded. */
export function adopted(all: readonly ProcessInfo[]): number[] {
  const session = all.find(({ pid }) => pid === Deno.pid)?.session;
  return all.filter((one) =>
    one.parent === Deno.pid && one.session !== session && !isGuarded(one.pid)
  ).map(({ pid }) => pid);
}
