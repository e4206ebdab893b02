import type { Hello } from "./frames.ts";

/**
 * The call in which a lane waits.
 *
 * @returns its name; `undefined` where there is none: a thread that has no client, a server whose
 *   workers do all, and one that never waits
 */
export function waitCall({ worker, waitsIn }: Hello, lane: number): string | undefined {
  const isLoop = worker === "loops" || worker === "threads"
    ? lane > 0
    : ["loop", "coroutine", "sharedThread"].includes(worker) && lane === 0;
  return isLoop && waitsIn !== "-" ? waitsIn : undefined;
}
