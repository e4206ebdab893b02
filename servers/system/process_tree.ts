/**
 * Processes and their descendants, as /proc shows them, proc(5).
 *
 * @module
 */

import { readSystemDirectory, readSystemFile } from "./proc.ts";

/** What the system says of a process. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  readonly threads: number;
  /** CPU time of the process, and of the children that it has waited for. */
  readonly cpuSeconds: number;
}

/** The unit of times in /proc: sysconf(_SC_CLK_TCK), the same on every Linux that is built. */
const TICKS_PER_SECOND = 100;
/** The size of a page in /proc/…/statm. It is 4,096 on x86-64, and on arm64 unless built otherwise. */
const PAGE_BYTES = 4_096;
/** A line of /proc/…/smaps_rollup: what has no file behind it, its part of what it shares. */
const OWN_KIBIBYTES = /^Pss_Anon:\s+(\d+)/m;

/** Fields of /proc/…/stat after the name, which is the second and may hold anything. */
const FIELD = {
  parent: 1,
  session: 3,
  flags: 6,
  userTicks: 11,
  systemTicks: 12,
  childUserTicks: 13,
  childSystemTicks: 14,
  threads: 17,
  startedTicks: 19,
};

/** All processes of the machine. */
export function allProcesses(): ProcessInfo[] {
  const processes: ProcessInfo[] = [];
  for (const name of readSystemDirectory("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const info = readProcess(Number(name));
    if (info !== undefined) processes.push(info);
  }
  return processes;
}

/** The process `pid` and its descendants. */
export function processTree(pid: number): ProcessInfo[] {
  return treeOf([pid], allProcesses());
}

/** Those processes and their descendants, among all. */
export function treeOf(pids: readonly number[], all: readonly ProcessInfo[]): ProcessInfo[] {
  const tree = all.filter((one) => pids.includes(one.pid));
  for (const { pid: parent } of tree) {
    for (const one of all) if (one.parent === parent) tree.push(one);
  }
  return tree;
}

/** The CPU time of processes together, in seconds. */
export function cpuSecondsOf(processes: readonly ProcessInfo[]): number {
  return processes.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
}

/**
 * The memory that related processes have resident, in bytes. What a child has not written since fork(2)
 * it shares with its parent, and each counts its part. Processes also share the pages of files, such as
 * those of their program, with others too; of these only the pages of the largest process count.
 */
export function residentBytes(pids: readonly number[]): number {
  let ownBytes = 0;
  let maxFilePages = 0;
  for (const pid of pids) {
    const [, resident, shared] = readSystemFile(`/proc/${pid}/statm`).split(" ").map(Number);
    if (resident === undefined) continue; // it has just ended
    const [, kibibytes] = OWN_KIBIBYTES.exec(readSystemFile(`/proc/${pid}/smaps_rollup`)) ?? [];
    // Before Linux 5.4 there is no such line, and what was forked counts in full.
    ownBytes += kibibytes === undefined ? (resident - shared) * PAGE_BYTES : +kibibytes * 1_024;
    maxFilePages = Math.max(maxFilePages, shared);
  }
  return ownBytes + maxFilePages * PAGE_BYTES;
}

/** How often the present threads of these processes gave up their CPU, or lost it. */
export function contextSwitches(pids: readonly number[]): number {
  let switches = 0;
  for (const pid of pids) {
    for (const thread of readSystemDirectory(`/proc/${pid}/task`)) {
      const status = readSystemFile(`/proc/${pid}/task/${thread}/status`);
      for (const [, count] of status.matchAll(/ctxt_switches:\s+(\d+)/g)) switches += Number(count);
    }
  }
  return switches;
}

/** A flag of a process that exits, or has exited: `PF_EXITING` of <linux/sched.h>. */
const PF_EXITING = 0x4;

/**
 * Whether a process exits, or has exited. It does before its descriptors are closed. So when its
 * connections are reset since it ends, this is known, though its parent may not be told for a while.
 */
export function isExiting(pid: number): boolean {
  const fields = statFields(pid);
  return fields.length <= FIELD.flags || (Number(fields[FIELD.flags]) & PF_EXITING) !== 0;
}

/** For how long a process has existed, in seconds; `NaN` if it has ended. */
export function ageSeconds(pid: number): number {
  const nowSeconds = parseFloat(readSystemFile("/proc/uptime"));
  return nowSeconds - Number(statFields(pid)[FIELD.startedTicks]) / TICKS_PER_SECOND;
}

function statFields(pid: number): string[] {
  const stat = readSystemFile(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function readProcess(pid: number): ProcessInfo | undefined {
  const fields = statFields(pid);
  if (fields.length <= FIELD.threads) return undefined; // it has just ended
  const number = (field: keyof typeof FIELD) => Number(fields[FIELD[field]]);
  const ticks = number("userTicks") + number("systemTicks") + number("childUserTicks") +
    number("childSystemTicks");
  return {
    pid,
    parent: number("parent"),
    session: number("session"),
    threads: number("threads"),
    cpuSeconds: ticks / TICKS_PER_SECOND,
  };
}
