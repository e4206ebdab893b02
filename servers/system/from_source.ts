/**
 * How the executable is run: from source, or once more by itself.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/** What the executable may do, compiled as well as from source (there, the task `playground`). */
export const PERMISSIONS: readonly string[] = [
  "--no-prompt",
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-run",
  "--allow-env=LC_ALL,LC_MESSAGES,LANG,TERM,PLAYGROUND_DEBUG,PLAYGROUND_GUARDED_BY",
  "--allow-ffi",
];

/** The program and its arguments that run `playground` with `args`. */
export function commandFromSource(args: readonly string[]): [string, string[]] {
  const main = fileURLToPath(new URL("../../main.ts", import.meta.url));
  return [Deno.execPath(), ["run", "--quiet", ...PERMISSIONS, main, ...args]];
}

/** The program and its arguments that run `playground` with `args`, in whatever way we were run. */
export function commandOfOurs(args: readonly string[]): [string, string[]] {
  return Deno.build.standalone ? [Deno.execPath(), [...args]] : commandFromSource(args);
}
