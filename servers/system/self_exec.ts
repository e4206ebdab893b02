/**
 * How this executable starts itself again, from source as well as from the compiled file.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

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

/**
 * The program and its arguments that run `playground` from source.
 *
 * @param args what follows `playground` on the command line
 * @param permissions flags of `deno run`
 * @param module what is run: `main.ts`, or the URL of the module of a hidden role. With `main.ts` comes the
 *   graph of all modules, which costs memory whose page tables each fork copies.
 */
export function commandFromSource(
  args: readonly string[],
  permissions: readonly string[] = PERMISSIONS,
  module = MAIN,
): [program: string, args: string[]] {
  return [Deno.execPath(), ["run", "--quiet", ...permissions, module, ...args]];
}

/**
 * The program and its arguments that run `playground` in the way in which this process runs it.
 *
 * @param args what follows `playground` on the command line; a hidden role is named by the first
 * @param permissions flags of `deno run`; the compiled file has those that it was compiled with
 * @param module see {@linkcode commandFromSource}
 */
export function selfExec(
  args: readonly string[],
  permissions: readonly string[] = PERMISSIONS,
  module = MAIN,
): [program: string, args: string[]] {
  if (Deno.build.standalone) return [Deno.execPath(), [...args]];
  return commandFromSource(args, permissions, module);
}
