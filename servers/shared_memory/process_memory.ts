/**
 * Counters and trace in memory that child processes see as well.
 *
 * @module
 */

import { createMapping, mapDescriptor } from "../sockets/mapping.ts";
import { type MappedMemory, openMemory } from "./memory.ts";
import { statsBytes } from "./stats.ts";
import { TRACE_BYTES } from "./trace.ts";

/** Counters begin where a line of the processors' caches does. */
const ALIGNMENT = 64;

/** What this process keeps of the memory. */
export interface ProcessMemory {
  /** To be inherited by the children that are to see the memory. */
  readonly descriptor: number;
  readonly stats: MappedMemory;
  readonly trace: MappedMemory;
}

/**
 * Memory for so many blocks of counters, and a trace.
 *
 * @throws {SystemCallError} when there is none
 */
export function createProcessMemory(blocks: number): ProcessMemory {
  const { descriptor, address } = createMapping(traceAt(blocks) + TRACE_BYTES);
  return { descriptor, ...divide(address, blocks) };
}

/**
 * What a child sees of the memory.
 *
 * @param descriptor that it has inherited
 * @param blocks as many as there were made
 * @throws {SystemCallError} when it cannot be mapped
 */
export function openProcessMemory(
  descriptor: number,
  blocks: number,
): { stats: ArrayBufferLike; trace: ArrayBufferLike } {
  const { stats, trace } = divide(mapDescriptor(descriptor, traceAt(blocks) + TRACE_BYTES), blocks);
  return { stats: openMemory(stats), trace: openMemory(trace) };
}

function divide(address: bigint, blocks: number): { stats: MappedMemory; trace: MappedMemory } {
  return {
    stats: { address, sizeBytes: statsBytes(blocks) },
    trace: { address: address + BigInt(traceAt(blocks)), sizeBytes: TRACE_BYTES },
  };
}

function traceAt(blocks: number): number {
  return Math.ceil(statsBytes(blocks) / ALIGNMENT) * ALIGNMENT;
}
