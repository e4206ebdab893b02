/**
 * Memory that several threads see. It is plain data: a Worker that it is posted to sees the same memory.
 */
export type SharedMemory = SharedArrayBuffer | MappedMemory;

/** Memory that the system has mapped at an address in this process; child processes may share it. */
export interface MappedMemory {
  readonly address: bigint;
  readonly sizeBytes: number;
}

/** Opens the memory. A mapping must last as long as the result is used. */
export function openMemory(memory: SharedMemory): ArrayBufferLike {
  if (memory instanceof SharedArrayBuffer) return memory;
  const pointer = Deno.UnsafePointer.create(memory.address);
  if (pointer === null) throw new Error("there is no memory at address 0");
  return Deno.UnsafePointerView.getArrayBuffer(pointer, memory.sizeBytes);
}

/**
 * The memory of a server that has threads, as they share it. A server that forks has none: only its memory
 * is mapped.
 */
export function threadMemory(memory: SharedMemory): SharedArrayBuffer {
  if (memory instanceof SharedArrayBuffer) return memory;
  throw new Error("the memory is mapped");
}

/** A line of the processors' caches: what two of them write is apart by at least that much. */
const ALIGNMENT = 64;

/** `sizeBytes`, and what is missing to the end of a line of the processors' caches. */
export function aligned(sizeBytes: number): number {
  return Math.ceil(sizeBytes / ALIGNMENT) * ALIGNMENT;
}
