/**
 * Memory that processes share, mmap(2), in a file that has no name, memfd_create(2). Linux.
 *
 * @module
 */

import { cFunctions, cString } from "./c_library.ts";
import { errnoInstead, systemCalls } from "./system_calls.ts";
import { checked, ERRNO, SystemCallError } from "./system_call_error.ts";

/** <sys/mman.h> */
const MFD_CLOEXEC = 1;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;

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
 * @throws {SystemCallError} when that fails
 */
export function mapDescriptor(descriptor: number, sizeBytes: number): bigint {
  const size = BigInt(sizeBytes);
  const mapped = functions().mmap(null, size, PROT_READ_WRITE, MAP_SHARED, descriptor, 0n);
  const address = BigInt.asIntN(64, BigInt(Deno.UnsafePointer.value(mapped)));
  if (address === -1n) throw new SystemCallError("mmap", ERRNO.ENOMEM);
  return address;
}
