/**
 * How this executable starts itself again, from source as well as from the compiled file.
 *
 * @module
 */

/** As a URL: to make a path of it, Deno would load its part that stands in for Node, in some 7 ms. */
const MAIN = new URL("../../main.ts", import.meta.url).href;

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
 * Has Deno load a module that is imported with `import()` when that runs, and not all of them when the
 * program starts: that takes a third of the time of a start, and memory whose page tables each fork copies.
 */
export const LAZY = "--unstable-lazy-dynamic-imports";

/**
 * The program and its arguments that run `playground` from source.
 *
 * @param args what follows `playground` on the command line
 * @param permissions flags of `deno run`
 */
export function commandFromSource(
  args: readonly string[],
  permissions: readonly string[] = PERMISSIONS,
): [program: string, args: string[]] {
  return [Deno.execPath(), ["run", "--quiet", LAZY, ...permissions, MAIN, ...args]];
}

/**
 * The program and its arguments that run `playground` in the way in which this process runs it.
 *
 * @param args what follows `playground` on the command line; a hidden role is named by the first
 * @param permissions flags of `deno run`; the compiled file has those that it was compiled with
 */
export function selfExec(
  args: readonly string[],
  permissions: readonly string[] = PERMISSIONS,
): [program: string, args: string[]] {
  if (Deno.build.standalone) return [Deno.execPath(), [...args]];
  return commandFromSource(args, permissions);
}
