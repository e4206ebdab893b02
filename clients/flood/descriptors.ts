import { RefusedError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import { descriptorLimit, raiseDescriptorLimit } from "../../servers/system/descriptor_limit.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { readSystemDirectory } from "../../servers/system/proc.ts";

/**
 * What a process needs besides one descriptor for each connection: with one thread it has up to 32 in
 * the middle of a flood, on Linux, and opens files for a moment.
 */
const DESCRIPTORS_OF_PROCESS = 40;
/** What it needs beyond the descriptors that it has inherited, if these are many. */
const DESCRIPTORS_TO_COME = 12;
/** 7 for a Worker of Deno 2.9 and 8 for one of Deno 2.5, its epoll instance included, on Linux. */
const DESCRIPTORS_PER_THREAD = 8;
/** How much higher than necessary the limit is that is recommended. */
const SPARE_DESCRIPTORS = 24;

/**
 * Makes sure that there are descriptors for all connections of a flood and for its threads: Deno aborts
 * when a new Worker finds none.
 *
 * @param conns how many connections, on `threads` threads
 * @throws {RefusedError} when the limit is too low and cannot be raised
 */
export async function reserveDescriptors(
  { conns, sockets, threads }: { conns: number; sockets: "deno" | "libc"; threads: number },
  { flood }: Messages,
): Promise<void> {
  const started = Math.min(threads, conns);
  const own = Math.max(DESCRIPTORS_OF_PROCESS, openDescriptors() + DESCRIPTORS_TO_COME);
  const needed = conns + own + (started - 1) * DESCRIPTORS_PER_THREAD;
  const limit = sockets === "libc" ? raiseDescriptorLimit(needed) : await descriptorLimit();
  if (needed <= limit) return;
  const enough = needed + SPARE_DESCRIPTORS;
  throw new RefusedError(flood.descriptorLimit({ conns, threads: started, limit, enough }));
}

/** How many this process has already; 0 where that cannot be known. */
function openDescriptors(): number {
  return hasSystemCalls() ? readSystemDirectory("/proc/self/fd").length : 0;
}
