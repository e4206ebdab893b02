/**
 * Counters, trace, controls, and a table of children, in memory that processes share.
 *
 * @module
 */

import { createMapping, mapDescriptor } from "../system/mmap.ts";
import { aligned, type MappedMemory } from "./memory.ts";
import { CONTROLS_BYTES } from "./controls.ts";
import { statsBytes } from "./counters.ts";
import { TRACE_BYTES } from "./trace.ts";

/** The memory as the parent has it. */
export interface ProcessMemory {
  /** Children inherit it, and map it to see the same memory. */
  readonly descriptor: number;
  readonly stats: MappedMemory;
  readonly trace: MappedMemory;
  readonly controls: MappedMemory;
  readonly children: MappedMemory;
  /** The clients of workers; none where each child has one client. */
  readonly workers: MappedMemory;
}

/** How large its parts are. */
export interface ProcessMemorySizes {
  /** How many blocks of counters there are. */
  readonly blocks: number;
  readonly childTableBytes: number;
  readonly workersBytes: number;
}

/**
 * Makes the memory.
 *
 * @throws {SystemCallError} when the system has none
 */
export function createProcessMemory(sizes: ProcessMemorySizes): ProcessMemory {
  const { descriptor, address } = createMapping(endOf(sizes));
  return { descriptor, ...divide(address, sizes) };
}

/**
 * Maps the memory in another process.
 *
 * @param descriptor the one that this process has inherited
 * @param sizes the same that it was made with
 * @throws {SystemCallError} when it cannot be mapped
 */
export function mapProcessMemory(descriptor: number, sizes: ProcessMemorySizes): ProcessMemory {
  return { descriptor, ...divide(mapDescriptor(descriptor, endOf(sizes)), sizes) };
}

type Parts = Omit<ProcessMemory, "descriptor">;

/** One part after the other, from `address` on. */
function divide(
  address: bigint,
  { blocks, childTableBytes, workersBytes }: ProcessMemorySizes,
): Parts {
  const part = (sizeBytes: number): MappedMemory => {
    const mapped = { address, sizeBytes };
    address += BigInt(aligned(sizeBytes));
    return mapped;
  };
  return {
    stats: part(statsBytes(blocks)),
    trace: part(TRACE_BYTES),
    controls: part(CONTROLS_BYTES),
    children: part(childTableBytes),
    workers: part(workersBytes),
  };
}

/** The size of all parts. */
function endOf(sizes: ProcessMemorySizes): number {
  return Object.values(divide(0n, sizes)).reduce((sum, part) => sum + aligned(part.sizeBytes), 0);
}
