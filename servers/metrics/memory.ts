/**
 * Memory that several threads see. Plain data: it crosses to Workers, which then see the same memory.
 */
export type SharedMemory = SharedArrayBuffer | MappedMemory;

/** Memory of the system's, by its address in this process, which child processes may see as well. */
export interface MappedMemory {
  readonly address: bigint;
  readonly sizeBytes: number;
}

/** The memory itself. What is mapped must stay so as long as it is used. */
export function openMemory(memory: SharedMemory): ArrayBufferLike {
  if (memory instanceof SharedArrayBuffer) return memory;
  const pointer = Deno.UnsafePointer.create(memory.address);
  if (pointer === null) throw new Error("there is no memory at address 0");
  return Deno.UnsafePointerView.getArrayBuffer(pointer, memory.sizeBytes);
}
