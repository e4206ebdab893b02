import { readSystemFile } from "./proc.ts";

/** The size of a huge page, which has one entry in the tables of pages in place of a table of 512. */
export const HUGE_PAGE_BYTES = 0x20_0000n;

/** A range of this process' memory. */
export interface Range {
  readonly address: bigint;
  readonly sizeBytes: bigint;
}

/** A range that is mapped, proc_pid_maps(5). */
export interface MappedRange extends Range {
  /** Such as `rw-p`. */
  readonly permissions: string;
  /** The path of a file, a name of the system's such as `[heap]`, or nothing. */
  readonly name: string;
}

/**
 * All that is mapped, in ascending order.
 *
 * @throws {SystemCallError} when it cannot be read
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * assert(memoryRanges().some(({ permissions }) => permissions === "r-xp"));
 * ```
 */
export function memoryRanges(): MappedRange[] {
  const lines = readSystemFile("/proc/self/maps").matchAll(
    /^(\w+)-(\w+) (\S+) \S+ \S+ \S+ *(.*)$/gm,
  );
  return Array.from(lines, ([, start, end, permissions, name]) => {
    const address = BigInt(`0x${start}`);
    return { address, sizeBytes: BigInt(`0x${end}`) - address, permissions, name };
  });
}
