import { readSystemFile } from "../../servers/system/proc.ts";
import { ERRNO, SystemCallError } from "../../servers/system/system_interface.ts";

/** The memory of a process, in bytes, /proc/PID/smaps_rollup. */
export interface ProcessMemory {
  /** What no other process has: its end would free this. */
  readonly privateBytes: number;
  /** That, and of each page that several have its equal part: the sum over all of them is what they take. */
  readonly proportionalBytes: number;
}

const BYTES_PER_KB = 1_024;

/**
 * The memory of a process of this user. Linux 4.14 or later.
 *
 * @throws {SystemCallError} when it has ended, or the system does not say
 */
export function memoryOf(pid: number): ProcessMemory {
  const path = `/proc/${pid}/smaps_rollup`;
  const text = readSystemFile(path);
  const bytes = (field: string) => {
    const kilobytes = new RegExp(`^${field}: +(\\d+) kB$`, "m").exec(text)?.[1];
    if (kilobytes === undefined) throw new SystemCallError(`read ${path}`, ERRNO.ENOENT);
    return Number(kilobytes) * BYTES_PER_KB;
  };
  return {
    privateBytes: bytes("Private_Clean") + bytes("Private_Dirty"),
    proportionalBytes: bytes("Pss"),
  };
}
