/**
 * How this executable starts itself in a hidden role, from source as well as from the compiled file.
 *
 * @param role the first argument, which names the role, and its others
 * @param permissions what it may do; the compiled file has those that it was compiled with
 */
export function ownProgram(
  role: readonly string[],
  permissions: readonly string[],
): [program: string, args: string[]] {
  if (Deno.build.standalone) return [Deno.execPath(), [...role]];
  const main = new URL("../../main.ts", import.meta.url).href;
  return [Deno.execPath(), ["run", "--quiet", "--no-prompt", ...permissions, main, ...role]];
}
