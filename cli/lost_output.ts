/** The ways to print a line, on standard output or standard error. */
const PRINTING = ["debug", "error", "info", "log", "warn"] as const;

/**
 * Makes the program outlive the reader of what it prints. When the reader has had enough, as `head`
 * has, lines go nowhere, and the work goes on: the exit status is that of the work. Deno 2.9 does so
 * by itself, 2.5 throws.
 *
 * @param onLost is told when the system does not take a line for another reason, such as a full disk;
 *   without it, the error is thrown
 */
export function outliveReader(onLost?: (error: Error) => void): void {
  for (const name of PRINTING) {
    const print = console[name];
    console[name] = (...values: unknown[]) => {
      try {
        print(...values);
      } catch (error) {
        if (error instanceof Deno.errors.BrokenPipe) return;
        if (onLost === undefined || !isOfSystem(error)) throw error;
        onLost(error);
      }
    };
  }
}

/** Not all errors of the system have a code. */
function isOfSystem(error: unknown): error is Error {
  return error instanceof Error && /\(os error \d+\)/.test(error.message);
}
