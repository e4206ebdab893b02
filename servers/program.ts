import { RefusedError } from "../cli/errors.ts";
import type { Messages } from "../cli/messages.ts";

/** Splits a command into words; quotes hold a word together. */
export function splitCommand(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, one, two, bare]) =>
    one ?? two ?? bare
  );
}

/**
 * Looks whether a program can be run, before the first client finds that it cannot.
 *
 * @param flag where it was named
 * @throws {RefusedError} when it cannot
 */
export async function checkProgram(
  flag: string,
  [program]: readonly string[],
  messages: Messages,
): Promise<void> {
  if (program === undefined) return;
  const [shell, args] = Deno.build.os === "windows"
    ? ["where", ["/q", program]]
    : ["sh", ["-c", 'command -v -- "$0" >/dev/null', program]];
  const { success } = await new Deno.Command(shell, { args, stdin: "null" }).output();
  if (!success) throw new RefusedError(messages.serve.programMissing(flag, program));
}
