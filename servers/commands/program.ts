import { RefusedError, UsageError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";

const QUOTED = /"([^"]*)"|'([^']*)'/g;
const WORD = /(?:"[^"]*"|'[^']*'|[^\s"'])+/g;

/**
 * Splits a command into words; quotes hold a word together.
 *
 * @param flag the flag that the command was typed for
 * @throws {UsageError} when a quote is not closed
 */
export function splitCommand(flag: string, command: string, { flags }: Messages): string[] {
  if (/["']/.test(command.replace(QUOTED, ""))) {
    throw new UsageError(flags.quoteNotClosed(flag, command));
  }
  return [...command.matchAll(WORD)].map(([word]) => word.replace(QUOTED, "$1$2"));
}

/**
 * A shell script that looks for a program as execvp(3) does, in the PATH if its name has no slash. It
 * prints why the program cannot be run. A script can be run if its interpreter can, execve(2).
 */
const LOOK = `
  what=missing
  look() {
    if [ -f "$1" ] && [ -x "$1" ]; then check_interpreter "$1"; exit; fi
    if [ -f "$1" ]; then what=not-executable; elif [ -e "$1" ]; then what=no-file; fi
  }
  check_interpreter() {
    line=
    IFS= read -r line <"$1"
    case $line in '#!'*) ;; *) return ;; esac
    line=\${line#'#!'}
    line=\${line#"\${line%%[! \t]*}"}
    interpreter=\${line%%[ \t]*}
    if [ -z "$interpreter" ] || { [ -f "$interpreter" ] && [ -x "$interpreter" ]; }; then return; fi
    echo no-interpreter "$interpreter"
  }
  case $0 in
    */*) look "$0" ;;
    *) set -f; IFS=:; for directory in $PATH; do look "\${directory:-.}/$0"; done ;;
  esac
  echo $what`;

/**
 * Checks whether a program can be run, before the first client finds that it cannot.
 *
 * @param flag the flag that names it
 * @throws {RefusedError} when it cannot
 */
export async function checkProgram(
  flag: string,
  [program]: readonly string[],
  { serve }: Messages,
): Promise<void> {
  if (program === undefined) return;
  if (Deno.build.os === "windows") {
    const args = ["/q", program];
    const { success } = await new Deno.Command("where", { args, stdin: "null" }).output();
    if (!success) throw new RefusedError(serve.programMissing(flag, program));
    return;
  }
  const args = ["-c", LOOK, program];
  // By its path, because our PATH may lack the shell.
  const { stdout } = await new Deno.Command("/bin/sh", { args, stdin: "null" }).output();
  const [what, interpreter] = new TextDecoder().decode(stdout).replace(/\n$/, "").split(/ (.*)/s);
  switch (what) {
    case "missing":
      throw new RefusedError(serve.programMissing(flag, program));
    case "no-file":
      throw new RefusedError(serve.programNoFile(flag, program));
    case "not-executable":
      throw new RefusedError(serve.programNotExecutable(flag, program));
    case "no-interpreter":
      throw new RefusedError(serve.interpreterMissing(flag, program, interpreter));
  }
}
