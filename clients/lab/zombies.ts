/**
 * What is left of a child whose parent does not wait for it, wait(2): its number, and how it ended.
 *
 * @module
 */

import { formatBytes } from "../../cli/bytes.ts";
import { readSystemFile } from "../../servers/system/proc.ts";
import { residentBytes } from "../../servers/system/process_tree.ts";
import { sendSignal } from "../../servers/system/spawn.ts";
import { defineExperiment } from "./experiment.ts";
import { forkChild, waitFor, waitUntil } from "./forked_child.ts";
import { measureInOwnProcess } from "./own_process.ts";

/** With which exit status each child ends. */
const STATUSES = [0, 1, 42];
/** The state of a zombie, proc(5). */
const ZOMBIE = "Z";

interface Observations {
  readonly exited: readonly number[];
  /** The state of each, after it has ended and before its parent waits, as a letter. */
  readonly states: readonly string[];
  /** What they have in memory then. */
  readonly memoryBytes: number;
  /** What `ps` prints of them, line by line; `null` where there is no such `ps`. */
  readonly ps: readonly string[] | null;
  /** How many are still there after a SIGKILL to each. */
  readonly leftByKill: number;
  /** The exit statuses that waiting for them gave. */
  readonly collected: readonly number[];
  /** How many are there after that. */
  readonly leftByWait: number;
}

/** `playground lab zombies` */
export const zombies = defineExperiment(
  "zombies",
  (texts) => measureInOwnProcess<Observations>("zombies", texts),
  (seen, texts) => ({
    lines: [
      texts.ended(seen.exited.length),
      ...(seen.ps === null ? [texts.states(seen.states)] : seen.ps),
      texts.memory(formatBytes(seen.memoryBytes)),
      texts.killed(seen.leftByKill),
      texts.waited(seen.collected, seen.leftByWait),
    ],
    expectations: [
      { isMet: seen.states.every((state) => state === ZOMBIE), otherwise: texts.noZombie },
      { isMet: seen.memoryBytes === 0, otherwise: texts.hasMemory },
      { isMet: seen.leftByKill === seen.exited.length, otherwise: texts.killable },
      {
        isMet: seen.collected.join() === seen.exited.join(),
        otherwise: texts.otherStatus,
      },
      { isMet: seen.leftByWait === 0, otherwise: texts.stays },
    ],
  }),
);

/** Forks children that end at once, looks at what is left of them, and waits for them at last. */
export async function watchZombies(): Promise<Observations> {
  const pids = STATUSES.map((status) => forkChild([], () => status));
  const states = () => pids.map(stateOf);
  waitUntil("exit", () => states().every((state) => state === ZOMBIE || state === ""));
  const seen = {
    exited: STATUSES,
    states: states(),
    memoryBytes: residentBytes(pids),
    ps: await psLines(pids),
  };
  for (const pid of pids) sendSignal(pid, "SIGKILL");
  const leftByKill = countThere(pids);
  const collected = pids.map((pid) => waitFor(pid).code);
  return { ...seen, leftByKill, collected, leftByWait: countThere(pids) };
}

function countThere(pids: readonly number[]): number {
  return pids.filter((pid) => stateOf(pid) !== "").length;
}

/** The letter that `ps` prints as well, or nothing if there is no such process. */
function stateOf(pid: number): string {
  return /^State:\s+(\w)/m.exec(readSystemFile(`/proc/${pid}/status`))?.[1] ?? "";
}

/** Not every system has a `ps`, nor every `ps` these flags. */
async function psLines(pids: readonly number[]): Promise<string[] | null> {
  try {
    const { success, stdout } = await new Deno.Command("ps", {
      args: ["-o", "stat,pid,ppid,args", "-p", pids.join(",")],
      stdin: "null",
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trimEnd().split("\n") : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
