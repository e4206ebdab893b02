/**
 * Clients that other people have written.
 *
 * @module
 */

import { decode } from "./bytes.ts";

/** Whether a program is installed here; a test that needs one is skipped where it is not. */
export function hasProgram(name: string): boolean {
  try {
    return new Deno.Command(name, { args: ["--version"], stdout: "null", stderr: "null" })
      .outputSync() !== undefined;
  } catch {
    return false;
  }
}

/** Runs one to its end, and gives what it has printed on both outputs. */
export async function runProgram(
  name: string,
  args: readonly string[],
  input = "",
): Promise<{ readonly code: number; readonly output: string }> {
  const child = new Deno.Command(name, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { LC_ALL: "C" },
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  return { code, output: decode(stdout) + decode(stderr) };
}
