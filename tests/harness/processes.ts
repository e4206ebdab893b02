/**
 * What the system says of a process. Linux and macOS.
 *
 * @module
 */

// @ts-types="../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import { assert, assertLess } from "./assert.ts";
import { decode } from "./bytes.ts";

/** The time between two looks: ps(1) reads what all processes are, and they need the processor themselves. */
const LOOK_INTERVAL_MS = 10;

/** What stands between two looks at processes, for who looks again and again. */
export async function untilNextLook(): Promise<void> {
  await delay(LOOK_INTERVAL_MS);
}

async function ps(...args: string[]): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", { args, stderr: "null" }).output();
  return decode(stdout).split("\n").map((line) => line.trim())
    .filter((line) => line !== "");
}

/** The process and all its descendants. */
export async function processTree(pid: number): Promise<number[]> {
  const rows = (await ps("-A", "-o", "pid=,ppid=")).map((row) => row.split(/\s+/).map(Number));
  const tree = [pid];
  for (const parent of tree) {
    for (const [child, itsParent] of rows) if (itsParent === parent) tree.push(child);
  }
  return tree;
}

/** The process that forks, of a server that does, and its children. */
export async function forking(serverPid: number): Promise<{ parent: number; children: number[] }> {
  const [, parent, ...children] = await processTree(serverPid);
  return { parent, children };
}

/** Resident memory of the process and all its descendants, in bytes. */
export async function residentBytes(pid: number): Promise<number> {
  const pids = await processTree(pid);
  const rows = await ps("-o", "rss=", "-p", pids.join(","));
  return rows.reduce((sum, kibibytes) => sum + Number(kibibytes) * 1_024, 0);
}

/**
 * Those of `pids` that still run, zombies left aside, in the same order: ps(1) sorts by number, and the
 * number of a child is lower than its parent's where the system has begun again with low ones.
 */
export async function stillRunning(pids: readonly number[]): Promise<number[]> {
  if (pids.length === 0) return [];
  const rows = await ps("-o", "pid=,stat=", "-p", pids.join(","));
  const running = rows.map((row) => row.split(/\s+/)).filter(([, state]) => !state.startsWith("Z"))
    .map(([pid]) => Number(pid));
  return pids.filter((pid) => running.includes(pid));
}

/** Looks again and again until none of `pids` runs, and for no longer than `mostMs`. */
export async function untilAllEnded(pids: readonly number[], maxMs: number): Promise<void> {
  const startedMs = performance.now();
  for (let left; (left = await stillRunning(pids)).length > 0;) {
    assertLess(performance.now() - startedMs, maxMs, `${left} are left`);
    await untilNextLook();
  }
}

/** The programs that `pids` run, with their arguments. */
export async function commandLines(pids: readonly number[]): Promise<string[]> {
  return await ps("-o", "args=", "-p", pids.join(","));
}

/** CPU time that the process and all its descendants have taken so far, in seconds. Linux. */
export async function cpuSeconds(pid: number): Promise<number> {
  const TICKS_PER_SECOND = 100; // sysconf(_SC_CLK_TCK), the same on every Linux that is built
  let ticks = 0;
  for (const one of await processTree(pid)) {
    // proc(5): utime and stime are fields 14 and 15; the name, field 2, may hold spaces.
    const stat = await Deno.readTextFile(`/proc/${one}/stat`).catch(() => "");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields.length > 12) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / TICKS_PER_SECOND;
}

/** The processes that have `NAME=value` in their environment, which children inherit. Linux. */
export async function processesWith(variable: string): Promise<number[]> {
  const pids: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await Deno.readTextFile(`/proc/${name}/environ`).catch(() => "");
    if (environment.split("\0").includes(variable)) pids.push(Number(name));
  }
  return await stillRunning(pids);
}

/**
 * Changes a limit of a running process, prlimit(1).
 *
 * @param limit `nofile=3:` for the soft limit of the number of descriptors
 * @param wrapper a program that runs prlimit(1), with its arguments: as the user of the process
 */
export async function changeLimit(
  pid: number,
  limit: string,
  wrapper: readonly string[] = [],
): Promise<void> {
  const [program, ...args] = [...wrapper, "prlimit", "--pid", String(pid), `--${limit}`];
  assert((await new Deno.Command(program, { args }).output()).success);
}
