import type { Messages } from "../../cli/messages.ts";
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

/**
 * What a lane is called.
 *
 * @param pid of the process that it is, if that is known
 */
export function laneName(
  { worker }: Hello,
  lane: number,
  pid: number | undefined,
  { watch: { page: { lanes }, trace } }: Messages,
): string {
  if (pid !== undefined) return `${lanes.process} ${pid}`;
  if (lane > 0) return `${lanes[worker]} ${lane}`;
  if (worker === "sharedThread") return lanes.loop;
  return ["caller", "loop", "coroutine"].includes(worker) ? lanes[worker] : trace.server;
}
