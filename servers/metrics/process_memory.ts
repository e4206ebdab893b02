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

/** The memory as the parent has it. */
export interface ProcessMemory {
  /** Children inherit it, and map it to see the same memory. */
  readonly descriptor: number;
  readonly stats: MappedMemory;
  readonly trace: MappedMemory;
  readonly controls: MappedMemory;
}

/**
 * Makes memory for counters, a trace, and controls.
 *
 * @param blocks how many blocks of counters
 * @throws {SystemCallError} when the system has no memory
 */
export function createProcessMemory(blocks: number): ProcessMemory {
  const { descriptor, address } = createMapping(sizeBytes(blocks));
  return { descriptor, ...divide(address, blocks) };
}

/**
 * Opens the memory in a child.
 *
 * @param descriptor the one that the child has inherited
 * @param blocks how many blocks of counters the parent made
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
