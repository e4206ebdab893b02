/**
 * Memory that processes share, mmap(2), in a file that has no name, memfd_create(2). Linux.
 *
 * @module
 */

import { cFunctions, cString } from "./c_library.ts";
import { errnoInstead, systemCalls } from "./system_calls.ts";
import { checked, ERRNO, SystemCallError } from "./system_interface.ts";

/** <sys/mman.h> */
const MFD_CLOEXEC = 1;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_PRIVATE_ANONYMOUS = 0x22;

const functions = cFunctions({
  memfd_create: { parameters: ["buffer", "u32"], result: "i32" },
  ftruncate: { parameters: ["i32", "i64"], result: "i32" },
  mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
});

/**
 * Maps new memory, all zeros. Unused pages take no room. The descriptor stands for the memory and is
 * close-on-exec.
 *
 * @throws {SystemCallError} when there is no memory
 */
export function createMapping(sizeBytes: number): { descriptor: number; address: bigint } {
  const c = functions();
  const fail = errnoInstead();
  const name = cString("playground"); // seen only in /proc
  const descriptor = checked("memfd_create", fail(c.memfd_create(name, MFD_CLOEXEC)));
  try {
    checked("ftruncate", fail(c.ftruncate(descriptor, BigInt(sizeBytes))));
    return { descriptor, address: mapDescriptor(descriptor, sizeBytes) };
  } catch (error) {
    systemCalls().close(descriptor);
    throw error;
  }
}

/**
 * Maps the memory that a descriptor stands for, until this process ends.
 *
 * @param offset where to begin, in bytes
 * @throws {SystemCallError} when that fails
 */
export function mapDescriptor(descriptor: number, sizeBytes: number, offset = 0): bigint {
  return map(descriptor, sizeBytes, MAP_SHARED, offset);
}

/**
 * Maps memory that only this process has, all zeros, until it ends. Unused pages take no room.
 *
 * @returns its address, which is that of a page
 * @throws {SystemCallError} when there is no memory
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const bytes = new Uint8Array(memoryAt(mapPages(4_096), 4_096));
 * assertEquals([bytes.length, bytes[0]], [4_096, 0]);
 * ```
 */
export function mapPages(sizeBytes: number): bigint {
  return map(-1, sizeBytes, MAP_PRIVATE_ANONYMOUS, 0);
}

/**
 * Mapped memory, as JavaScript sees it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(memoryAt(mapPages(4_096), 4_096).byteLength, 4_096);
 * ```
 */
export function memoryAt(address: bigint, sizeBytes: number): ArrayBuffer {
  const pointer = Deno.UnsafePointer.create(address);
  if (pointer === null) throw new Error("nothing is mapped there");
  return Deno.UnsafePointerView.getArrayBuffer(pointer, sizeBytes);
}

function map(descriptor: number, sizeBytes: number, flags: number, offset: number): bigint {
  const c = functions();
  const size = BigInt(sizeBytes);
  const mapped = c.mmap(null, size, PROT_READ_WRITE, flags, descriptor, BigInt(offset));
  const address = BigInt.asIntN(64, BigInt(Deno.UnsafePointer.value(mapped)));
  if (address === -1n) throw new SystemCallError("mmap", ERRNO.ENOMEM);
  return address;
}
