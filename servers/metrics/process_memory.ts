/**
 * Counters, trace and controls in memory that child processes see as well.
 *
 * @module
 */

import { createMapping, mapDescriptor } from "../system/mmap.ts";
import { type MappedMemory, openMemory } from "./memory.ts";
import { CONTROLS_BYTES } from "./controls.ts";
import { statsBytes } from "./counters.ts";
import { TRACE_BYTES } from "./trace.ts";

/** Counters begin where a line of the processors' caches does. */
const ALIGNMENT = 64;

/** What this process keeps of the memory. */
export interface ProcessMemory {
  /** To be inherited by the children that are to see the memory. */
  readonly descriptor: number;
  readonly stats: MappedMemory;
  readonly trace: MappedMemory;
  readonly controls: MappedMemory;
}

/**
 * Memory for so many blocks of counters, a trace, and controls.
 *
 * @throws {SystemCallError} when there is none
 */
export function createProcessMemory(blocks: number): ProcessMemory {
  const { descriptor, address } = createMapping(sizeBytes(blocks));
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
): Record<keyof Parts, ArrayBufferLike> {
  const parts = divide(mapDescriptor(descriptor, sizeBytes(blocks)), blocks);
  return {
    stats: openMemory(parts.stats),
    trace: openMemory(parts.trace),
    controls: openMemory(parts.controls),
  };
}

type Parts = Omit<ProcessMemory, "descriptor">;

function divide(address: bigint, blocks: number): Parts {
  return {
    stats: { address, sizeBytes: statsBytes(blocks) },
    trace: { address: address + BigInt(traceAt(blocks)), sizeBytes: TRACE_BYTES },
    controls: { address: address + BigInt(controlsAt(blocks)), sizeBytes: CONTROLS_BYTES },
  };
}

function sizeBytes(blocks: number): number {
  return controlsAt(blocks) + CONTROLS_BYTES;
}

/** The size of a trace is a multiple of {@linkcode ALIGNMENT}. */
function controlsAt(blocks: number): number {
  return traceAt(blocks) + TRACE_BYTES;
}

function traceAt(blocks: number): number {
  return Math.ceil(statsBytes(blocks) / ALIGNMENT) * ALIGNMENT;
}
