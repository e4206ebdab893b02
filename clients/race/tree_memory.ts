import { readSystemFile } from "../../servers/system/proc.ts";

/** A line of /proc/…/smaps_rollup: what has no file behind it, its part of what it shares, proc(5). */
const OWN_KIBIBYTES = /^Pss_Anon:\s+(\d+)/m;
/** The size of a page in /proc/…/statm. It is 4,096 on x86-64, and on arm64 unless built otherwise. */
const PAGE_BYTES = 4_096;

/**
 * The memory that related processes have resident, in bytes. What a child has not written since fork(2)
 * it shares with its parent, and each counts its part. Processes also share the pages of files, such as
 * those of their program, with others too; of these only the pages of the largest process count.
 */
export function treeBytes(pids: readonly number[]): number {
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
