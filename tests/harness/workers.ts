/**
 * The threads of a server, as the system shows them. Linux.
 *
 * @module
 */

import type { Server } from "./playground.ts";

const PATIENCE_MS = 60_000;

/** How many Workers the server has; the server is one. */
export async function countWorkers({ pid }: Server): Promise<number> {
  let count = 0;
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    // A thread may have ended since, proc(5).
    const comm = await Deno.readTextFile(`/proc/${pid}/task/${name}/comm`).catch(() => "");
    if (comm.startsWith("worker-")) count++;
  }
  return count;
}

/** Waits until `look` gives `wanted`. */
export async function until(wanted: number, look: () => Promise<number>): Promise<void> {
  const beganMs = performance.now();
  for (let seen; (seen = await look()) !== wanted;) {
    if (performance.now() - beganMs > PATIENCE_MS) throw new Error(`${seen} and not ${wanted}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
