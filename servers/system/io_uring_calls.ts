/**
 * The three calls of io_uring(7), for which the C library has no functions: by number, syscall(2).
 *
 * @module
 */

import { cFunctions } from "./c_library.ts";
import { errnoInstead } from "./system_calls.ts";
import type { CallBuffer } from "./system_interface.ts";

/** <sys/syscall.h>. These came so late that they have the same numbers on all processors. */
const SYS = { setup: 425, enter: 426, register: 427 };

const functions = cFunctions({
  setup: { name: "syscall", parameters: ["i32", "u32", "buffer"], result: "i32" },
  enter: {
    name: "syscall",
    // The size is a seventh argument: it lies in memory, and all of its 64 bits count, as of a pointer.
    parameters: ["i32", "i32", "u32", "u32", "u32", "buffer", "pointer"],
    result: "i32",
  },
  register: { name: "syscall", parameters: ["i32", "i32", "u32", "buffer", "u32"], result: "i32" },
});

/** Each gives what it gives in C, or the negative errno when it failed. */
export interface IoUringCalls {
  setup(entries: number, params: CallBuffer): number;
  enter(
    ring: number,
    submitted: number,
    wanted: number,
    flags: number,
    argument: CallBuffer,
    sizeBytes: number,
  ): number;
  register(ring: number, operation: number, argument: CallBuffer, count: number): number;
}

/**
 * The calls of this thread. Needs the permission `--allow-ffi`.
 *
 * @param made its first element is increased with each call
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const made = new Float64Array(1);
 * assertEquals(ioUringCalls(made).enter(-1, 0, 0, 0, null, 0), -9); // EBADF
 * assertEquals(made[0], 1);
 * ```
 */
export function ioUringCalls(made: Float64Array): IoUringCalls {
  const c = functions();
  const fail = errnoInstead(made);
  // Deno's types want plain memory.
  const raw = (buffer: CallBuffer) => buffer as BufferSource | null;
  return {
    setup: (entries, params) => fail(c.setup(SYS.setup, entries, raw(params))),
    enter: (ring, submitted, wanted, flags, argument, sizeBytes) => {
      const size = sizeBytes === 0 ? null : Deno.UnsafePointer.create(BigInt(sizeBytes));
      return fail(c.enter(SYS.enter, ring, submitted, wanted, flags, raw(argument), size));
    },
    register: (ring, operation, argument, count) =>
      fail(c.register(SYS.register, ring, operation, raw(argument), count)),
  };
}
