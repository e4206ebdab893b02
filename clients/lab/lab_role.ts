/**
 * The hidden role in which the executable measures an experiment, or serves one client for it.
 *
 * @module
 */

import { OutOfThreadsError } from "../../cli/errors.ts";
import { SystemCallError } from "../../servers/system/system_interface.ts";
import { systemCalls } from "../../servers/system/system_calls.ts";
import { serveEcho } from "./echo.ts";
import { ECHO, REFUSED_STATUS } from "./own_process.ts";

const MEASUREMENTS: Readonly<Record<string, () => Promise<object>>> = {
  "process-cost": async () => await (await import("./servant_costs.ts")).measureServants(),
  "copy-on-write": async () => (await import("./copy_on_write.ts")).measureCopies(),
  "thundering-herd": async () => (await import("./thundering_herd.ts")).watchHerds(),
  "lock-or-herd": async () => (await import("./lock_or_herd.ts")).compareLocks(),
  "handoff": async () => await (await import("./handoff.ts")).measureHandoffs(),
  "zombies": async () => await (await import("./zombies.ts")).watchZombies(),
};

/**
 * Plays the role.
 *
 * @param word the experiment whose observations are printed as JSON, or {@linkcode ECHO}
 * @returns the exit status
 */
export async function playLabRole(word: string): Promise<number> {
  if (word === ECHO) return serveEcho(systemCalls(), 0) === null ? 0 : 1;
  try {
    console.log(JSON.stringify(await MEASUREMENTS[word]()));
    return 0;
  } catch (error) {
    if (!(error instanceof SystemCallError || error instanceof OutOfThreadsError)) throw error;
    console.error(error.message);
    return REFUSED_STATUS;
  }
}
