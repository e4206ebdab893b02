/**
 * The executable as another user: what root may have is not limited. Linux.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";

/**
 * What becomes a user with nothing but a few processes, not even those of another run.
 *
 * @param number of the user, another one for each file: those that run in parallel are one process
 */
export function asAnotherUser(number: number): readonly string[] {
  return ["setpriv", `--reuid=${100_000 + 10 * Deno.pid + number}`, "--clear-groups"];
}

/** Whether another user may run the executable that is tested. */
export function canRunAs([setpriv, ...args]: readonly string[]): boolean {
  const program = Deno.env.get("PLAYGROUND_BIN");
  if (program === undefined || !hasSystemCalls()) return false;
  try {
    return new Deno.Command(setpriv, { args: [...args, "test", "-x", program] }).outputSync()
      .success;
  } catch {
    return false; // there is no setpriv(1)
  }
}
