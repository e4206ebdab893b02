/** The ways to print a line, on standard output or standard error. */
const PRINTING = ["debug", "error", "info", "log", "warn"] as const;

/**
 * Lets a thread with a handler outlive the reader of what the handler prints: from then on its lines are
 * lost, and the work goes on. Deno 2.9 does so by itself, 2.5 throws. The main thread prints through
 * `Output`, which never throws.
 *
 * Call it once at the start of the thread: it replaces the methods of `console`.
 * @example
 * ```ts
 * outliveReader();
 * console.log("this throws no BrokenPipe");
 * ```
 */
export function outliveReader(): void {
  for (const name of PRINTING) {
    const print = console[name];
    console[name] = (...values: unknown[]) => {
      try {
        print(...values);
      } catch (error) {
        if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      }
    };
  }
}
