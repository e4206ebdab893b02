import { readSystemFile } from "./proc.ts";

/** The size of a huge page, which has one entry in the tables of pages in place of a table of 512. */
export const HUGE_PAGE_BYTES = 0x20_0000n;

/** The line of a range. Those of what is known of it begin with a capital letter and have no hyphen. */
const RANGE = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)$/gm;

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

/** A range, and how much of it is there. */
export interface ResidentRange extends MappedRange {
  /** The bytes of those of its pages that are in memory. */
  readonly residentBytes: bigint;
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
  return [...readSystemFile("/proc/self/maps").matchAll(RANGE)].map(parsed);
}

/**
 * As {@linkcode memoryRanges}, with what is resident, proc_pid_smaps(5), for which the system looks at each page.
 *
 * @throws {SystemCallError} when it cannot be read
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * assert(residentRanges().every(({ residentBytes, sizeBytes }) => residentBytes <= sizeBytes));
 * ```
 */
export function residentRanges(): ResidentRange[] {
  const text = readSystemFile("/proc/self/smaps");
  const sizes = [...text.matchAll(/^Rss: +(\d+) kB$/gm)];
  return [...text.matchAll(RANGE)].map((line, index) => ({
    ...parsed(line),
    residentBytes: 1_024n * BigInt(sizes[index][1]),
  }));
}

function parsed([, start, end, permissions, name]: RegExpExecArray): MappedRange {
  const address = BigInt(`0x${start}`);
  return { address, sizeBytes: BigInt(`0x${end}`) - address, permissions, name };
}
