/**
 * The memory that the supervisor, the server, and child processes share.
 *
 * @module
 */

import { ChildLimit, createChildLimit } from "../context/child_limit.ts";
import { maxThreads } from "../context/worker_limit.ts";
import type { ServerSetup } from "../context/protocol.ts";
import { createControlsMemory } from "../metrics/controls.ts";
import { createStatsMemory } from "../metrics/counters.ts";
import { createTraceMemory } from "../metrics/trace.ts";
import { createDescriptorMemory, DescriptorTable } from "../sockets/libc/descriptor_table.ts";
import type { ChildSharing } from "../workers/libc/child_processes.ts";

/** The part of a server's setup that is memory. */
export type Memories = Pick<
  ServerSetup,
  "stats" | "trace" | "descriptors" | "childLimit" | "controls"
>;

/** The memory, and what the supervisor shares with child processes. */
interface Sharing {
  readonly memories: Memories;
  /** Given when children inherit their clients: for the model `process` on `libc`. */
  readonly withChildren: ChildSharing | undefined;
}

/**
 * Makes the memory that a server needs.
 *
 * @param isWatched whether a live view may change the cost of the handler
 * @throws {SystemCallError} when no memory can be shared with child processes
 */
export async function createSharing(
  { model, sockets, descriptorLimit }: Omit<ServerSetup, keyof Memories>,
  isWatched: boolean,
): Promise<Sharing> {
  const descriptors = createDescriptorMemory(sockets === "libc" ? descriptorLimit : 0);
  if (model !== "process" || sockets !== "libc") {
    // The server counts, and on the system's sockets so does each of its threads.
    const stats = createStatsMemory(sockets === "libc" ? 1 + maxThreads(descriptorLimit) : 1);
    const trace = createTraceMemory();
    return {
      memories: {
        ...{ stats, trace, descriptors, childLimit: undefined },
        controls: isWatched ? createControlsMemory() : undefined,
      },
      withChildren: undefined,
    };
  }
  const childLimit = createChildLimit(descriptorLimit);
  const limit = new ChildLimit(childLimit);
  // Loaded only where there are children: the other models start without.
  const { createProcessMemory } = await import("../metrics/process_memory.ts");
  const memory = createProcessMemory(limit.blocks);
  const { stats, trace } = memory;
  return {
    memories: {
      ...{ stats, trace, descriptors, childLimit },
      controls: isWatched ? memory.controls : undefined,
    },
    withChildren: { limit, table: new DescriptorTable(descriptors), memory },
  };
}
