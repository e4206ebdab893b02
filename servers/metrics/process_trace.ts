import { realTimeMs } from "../system/clock.ts";
import { openMemory, type SharedMemory } from "./memory.ts";
import { TraceWriter } from "./trace.ts";

/**
 * Opens a trace in which processes write: its parent, and children that have their writer from it. All ask the
 * system for the time, which costs a child least.
 *
 * @example
 * ```ts
 * import { createTraceMemory } from "./trace.ts";
 * const trace = openProcessTrace(createTraceMemory());
 * console.log(trace.watched); // false
 * ```
 */
export function openProcessTrace(memory: SharedMemory): TraceWriter {
  return new TraceWriter(openMemory(memory), realTimeMs);
}
