import { type Found, searchLimit, type SearchRange } from "./search.ts";
import { runStep, type Step, type StepOptions } from "./step.ts";

/** A server, and how to run something while it serves. */
export interface SweptServer {
  readonly name: string;
  /**
   * @param use gets where it listens
   * @returns what that returns, or the reason why the server could not be started
   */
  with(
    signal: AbortSignal,
    use: (address: { host: string; port: number }) => Promise<Sweep>,
  ): Promise<Sweep>;
}

/** What was found out about a server. */
export interface Sweep extends Found {
  readonly name: string;
  /** All rates that were tried, in their order. */
  readonly steps: readonly Step[];
  /** Whether it was ended before all was found. */
  readonly isCutShort?: boolean;
  /** Why it could not be tried. */
  readonly failure?: string;
}

/**
 * Searches the rate at which each server breaks, one after another.
 *
 * @param signal ends it early, with what is known by then
 * @param onStep called after each step
 */
export async function sweep(
  servers: readonly SweptServer[],
  range: SearchRange,
  load: Omit<StepOptions, "host" | "port">,
  signal: AbortSignal,
  onStep: (name: string, step: Step) => void,
): Promise<Sweep[]> {
  const sweeps: Sweep[] = [];
  for (const server of servers) {
    if (signal.aborted) break;
    const { name } = server;
    sweeps.push(
      await server.with(signal, async (address) => {
        const steps: Step[] = [];
        const found = await searchLimit(range, async (rate) => {
          if (signal.aborted) return undefined;
          const step = await runStep(rate, { ...load, ...address }, signal);
          if (signal.aborted) return undefined; // it was cut short
          steps.push(step);
          onStep(name, step);
          return step;
        });
        return { name, ...found, steps, isCutShort: signal.aborted };
      }),
    );
  }
  return sweeps;
}
