/** The ways to print a line, on standard output or standard error. */
const PRINTING = ["debug", "error", "info", "log", "warn"] as const;

/**
 * Makes a thread outlive the reader of what it prints itself, as handlers do: lines go nowhere then, and
 * the work goes on. Deno 2.9 does so by itself, 2.5 throws. The main thread prints by way of
 * {@linkcode Output}, which never throws.
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
