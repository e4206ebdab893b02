/**
 * Experiments that fork are measured in a process of their own, which V8 keeps single-threaded, and
 * whose memory is not that of the command.
 *
 * @module
 */

import { RefusedError } from "../../cli/errors.ts";
import type { LabTexts } from "../../cli/messages.ts";
import { V8_FLAGS_TO_FORK } from "../../servers/system/fork.ts";
import { GuardedProcess } from "../../servers/system/guarded_process.ts";
import { PERMISSIONS, selfExec } from "../../servers/system/self_exec.ts";
import type { ExperimentName } from "./experiment.ts";
import { needSystemCalls } from "./needs.ts";

/** The name of the role on the command line, see `lab_role.ts`. */
const ROLE = "--lab-role";
/** The word of the role in which a process echoes, and measures nothing. */
export const ECHO = "echo";
/** The exit status of a measurement that the machine refused, for the reason on standard error. */
export const REFUSED_STATUS = 3;

/** The program and arguments of the role. */
export function roleCommand(word: ExperimentName | typeof ECHO): [string, ...string[]] {
  const [program, args] = selfExec([ROLE, word], [...PERMISSIONS, V8_FLAGS_TO_FORK]);
  return [program, ...args];
}

/**
 * Has an experiment measured in a process of its own.
 *
 * @returns what it saw, as it came through JSON
 * @throws {RefusedError} when the machine refuses it
 */
export async function measureInOwnProcess<Observations>(
  name: ExperimentName,
  texts: LabTexts,
): Promise<Observations> {
  needSystemCalls(texts);
  const guarded = await GuardedProcess.start(roleCommand(name), {
    stdout: "piped",
    stderr: "piped",
  });
  try {
    const [{ code }, stdout, stderr] = await Promise.all([
      guarded.child.status,
      new Response(guarded.child.stdout).text(),
      new Response(guarded.child.stderr).text(),
    ]);
    if (code === REFUSED_STATUS) throw new RefusedError(stderr.trim());
    if (code !== 0) throw new Error(`${name} ended with status ${code}: ${stderr}`);
    return JSON.parse(stdout);
  } finally {
    await guarded.end();
  }
}
