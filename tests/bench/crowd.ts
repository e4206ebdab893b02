/**
 * A crowd of clients that come at once and stay, each of which has a process to itself. Linux.
 *
 * @module
 */

// @ts-types="../../cli/std/deadline.d.ts"
import { deadline } from "@std/async/deadline";
import { memoryOf } from "../../clients/lab/private_memory.ts";
import { raiseDescriptorLimit } from "../../servers/system/descriptor_limit.ts";
import { processTree } from "../../servers/system/process_tree.ts";
import { readSystemFile } from "../../servers/system/proc.ts";
import { exchange } from "../harness/clients.ts";
import { Server } from "../harness/playground.ts";

/** The first of them, by which it is judged whether there is memory for all. */
const FEW = 20;
const SERVED_TIMEOUT_MS = 60_000;
/** The part of the memory that is available which all may take. */
const MAX_SHARE_OF_MEMORY = 0.5;

/** What came of a crowd. */
export interface CrowdResult {
  readonly served: number;
  /** The private memory of each new process, in bytes: the mean. */
  readonly bytesEach: number;
  /** Whether the rest was not let in, for want of memory. */
  readonly gaveUp: boolean;
}

/** Has so many clients come to `process --sockets libc` at once. */
export async function measureCrowd(count: number): Promise<CrowdResult> {
  raiseDescriptorLimit(count + 100);
  await using server = await Server.start(
    ["process", "--sockets", "libc", "--quiet", "--backlog", "4096", "--grace", "0"],
  );
  const before = new Set(processTree(server.pid).map(({ pid }) => pid));
  const clients: Deno.TcpConn[] = [];
  const come = async (): Promise<boolean> => {
    const client = await server.connect();
    clients.push(client);
    return await exchange(client, "hello") === "hello";
  };
  const comeAtOnce = async (some: number) => {
    const coming = Array.from({ length: some }, () => deadline(come(), SERVED_TIMEOUT_MS));
    const outcomes = await Promise.allSettled(coming);
    return outcomes.filter((one) => one.status === "fulfilled" && one.value).length;
  };
  const bytesEach = () => {
    const servants = processTree(server.pid).filter(({ pid }) => !before.has(pid));
    const sum = servants.reduce((bytes, { pid }) => bytes + memoryOf(pid).privateBytes, 0);
    return sum / servants.length;
  };
  try {
    let served = await comeAtOnce(FEW);
    const gaveUp = bytesEach() * count > availableBytes() * MAX_SHARE_OF_MEMORY;
    if (!gaveUp) served += await comeAtOnce(count - FEW);
    return { served, bytesEach: bytesEach(), gaveUp };
  } finally {
    for (const client of clients) client.close();
  }
}

/** What the system can give without swapping, proc(5). */
function availableBytes(): number {
  const kilobytes = /^MemAvailable: +(\d+) kB$/m.exec(readSystemFile("/proc/meminfo"))?.[1];
  return Number(kilobytes) * 1_024;
}
