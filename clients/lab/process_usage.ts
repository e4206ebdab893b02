/**
 * What the system says that processes take, proc(5). Linux.
 *
 * @module
 */

import { readProcFile } from "./proc_file.ts";

/** sysconf(_SC_CLK_TCK), the same on every Linux that is built. */
const TICKS_PER_SECOND = 100;

/** CPU time that a process has taken so far, in seconds. */
export function cpuSeconds(pid: number): number {
  const stat = readProcFile(`/proc/${pid}/stat`);
  // utime and stime are fields 14 and 15; the second, the name, may hold spaces.
  const [, userTicks, systemTicks] = /^.*\) (?:\S+ ){11}(\d+) (\d+) /s.exec(stat) ?? [];
  return (Number(userTicks) + Number(systemTicks)) / TICKS_PER_SECOND;
}

/**
 * Memory of a process and of the children that its main thread has started, in bytes. Of what processes
 * share, each counts its part ("Pss"), so that the sum is what is taken by them together.
 */
export function memoryBytes(pid: number): number {
  const children = readProcFile(`/proc/${pid}/task/${pid}/children`).match(/\d+/g) ?? [];
  return [String(pid), ...children].map(shareBytes).reduce((sum, bytes) => sum + bytes);
}

function shareBytes(pid: string): number {
  const [, kilobytes] = /^Pss:\s+(\d+) kB$/m.exec(readProcFile(`/proc/${pid}/smaps_rollup`)) ?? [];
  return Number(kilobytes) * 1_024;
}
