/**
 * The memory that the supervisor, the server, and child processes share.
 *
 * @module
 */

import { maxThreads } from "../context/worker_limit.ts";
import { modelEntry } from "../registry.ts";
import type { ServerSetup } from "../context/protocol.ts";
import { createControlsMemory } from "../metrics/controls.ts";
import { createStatsMemory } from "../metrics/counters.ts";
import { createTraceMemory } from "../metrics/trace.ts";
import type { ProcessMemory } from "../metrics/process_memory.ts";
import { createDescriptorMemory } from "../sockets/libc/descriptor_table.ts";

/** The part of a server's setup that is memory. */
export type Memories = Pick<
  ServerSetup,
  "stats" | "trace" | "descriptors" | "processMemory" | "controls"
>;

/** The memory, and all that the supervisor shares with a server in another process. */
interface Sharing {
  readonly memories: Memories;
  /** Given when the server forks. */
  readonly processMemory: ProcessMemory | undefined;
}

/**
 * Makes the memory that a server needs.
 *
 * @param isWatched whether a live view may change the cost of the handler
 * @throws {SystemCallError} when no memory can be shared with child processes
 */
export async function createSharing(
  { model, sockets, descriptorLimit, options: { workers } }: Omit<ServerSetup, keyof Memories>,
  isWatched: boolean,
): Promise<Sharing> {
  const descriptors = createDescriptorMemory(sockets === "libc" ? descriptorLimit : 0);
  const { forks } = modelEntry(model);
  if (forks === undefined || sockets !== "libc") {
    // The server counts, and so do its workers and, on the system's sockets, its threads.
    const threads = sockets === "libc" ? maxThreads(descriptorLimit) : 0;
    const stats = createStatsMemory(1 + Math.max(workers, threads));
    const trace = createTraceMemory();
    const { servedBy } = modelEntry(model);
    const loops = servedBy === "loops" ? Math.min(workers, maxThreads(descriptorLimit)) : 0;
    return {
      memories: {
        ...{ stats, trace, descriptors, processMemory: undefined },
        controls: isWatched ? createControlsMemory(loops) : undefined,
      },
      processMemory: undefined,
    };
  }
  // Loaded only where there are children: the other models start without.
  const { childTableBytes, maxChildren } = await import("../context/child_table.ts");
  const { workersBytes } = await import("../context/forked_workers.ts");
  const { createProcessMemory } = await import("../metrics/process_memory.ts");
  const isBeforehand = forks === "beforehand";
  const max = isBeforehand ? workers : maxChildren(descriptorLimit);
  const sizes = {
    blocks: 1 + max,
    childTableBytes: childTableBytes(max),
    workersBytes: isBeforehand ? workersBytes({ workers, descriptorLimit }) : 0,
  };
  const processMemory = createProcessMemory(sizes);
  const { descriptor, stats, trace, controls } = processMemory;
  return {
    memories: {
      ...{ stats, trace, descriptors },
      processMemory: { descriptor, sizes },
      controls: isWatched ? controls : undefined,
    },
    processMemory,
  };
}
