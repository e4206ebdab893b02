/**
 * Running other programs to their end.
 *
 * @module
 */

/**
 * A foreseen failure: its message is one line that says all. Its cause, if any, is the standard error
 * of the command that failed.
 */
export class Failure extends Error {
  override readonly name = "Failure";
}

/** How a command ended, and its standard error. */
export interface Outcome {
  success: boolean;
  stderr: string;
}

/**
 * Runs a command to its end.
 *
 * @throws {Failure} If there is no such command, or if a signal ended it.
 */
export async function run(
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  try {
    const { success, signal, stderr } = await new Deno.Command(command, {
      args,
      env: { RUST_BACKTRACE: "0", ...env }, // without the stack of Deno itself
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (signal !== null) throw new Failure(`${command} was ended by ${signal}`);
    return { success, stderr: new TextDecoder().decode(stderr) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Failure(`${command} is not installed`);
  }
}
