/**
 * Memory that was used once, and is given back to the system: a fork counts each page, whether somebody needs it
 * or not. Linux.
 *
 * @module
 */

import { cFunctions } from "./c_library.ts";
import { memoryRanges } from "./memory_ranges.ts";
import { readSystemFile } from "./proc.ts";

/** <sys/mman.h>: what is read there next is zeros, madvise(2). */
const MADV_DONTNEED = 4;
const PAGE_BYTES = 4_096n;
/** What this thread may need of its stack soon. It may have more: then the system makes new pages. */
const STACK_BYTES = 65_536n;

const functions = cFunctions({
  madvise: { parameters: ["u64", "u64", "i32"], result: "i32" },
});

/**
 * Gives the pages back that lie in `memory` as a whole. It is all zeros there from now on.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const bytes = new Uint8Array(new SharedArrayBuffer(65_536)).fill(1);
 * giveBack(bytes.buffer);
 * assertEquals(bytes[32_768], 0);
 * ```
 */
export function giveBack(memory: SharedArrayBuffer): void {
  const whole = new Uint8Array<ArrayBufferLike>(memory);
  // Deno's types want plain memory; its calls take shared memory as well.
  const start = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(whole as BufferSource)));
  const end = start + BigInt(memory.byteLength);
  giveBackRange((start + PAGE_BYTES - 1n) / PAGE_BYTES * PAGE_BYTES, end);
}

/**
 * Gives back what lies below the stack of the first thread, which is the one that calls this: it has loaded and
 * compiled with a stack of some hundred kilobytes, and waits for clients with a tenth of it.
 *
 * @example
 * ```ts
 * giveBackStack();
 * ```
 */
export function giveBackStack(): void {
  // The call in which this thread is, its six arguments, and where its stack ends, proc_pid_syscall(5).
  const stackPointer = readSystemFile("/proc/self/syscall").split(" ")[7];
  if (stackPointer === undefined) return; // a kernel without that
  const end = BigInt(stackPointer);
  const stack = memoryRanges().find(({ address, sizeBytes }) =>
    address <= end && end < address + sizeBytes
  );
  if (stack?.name === "[stack]") giveBackRange(stack.address, end - STACK_BYTES);
}

function giveBackRange(start: bigint, end: bigint): void {
  const lastPage = end / PAGE_BYTES * PAGE_BYTES;
  if (lastPage > start) functions().madvise(start, lastPage - start, MADV_DONTNEED);
}
