import { RefusedError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import { descriptorLimit, raiseDescriptorLimit } from "../../servers/sockets/descriptor_limit.ts";

/** What a process needs besides one descriptor for each connection. */
const DESCRIPTORS_OF_PROCESS = 32;
/** 6 for a Worker of Deno 2.9 and 7 for one of Deno 2.5, counted on Linux, and its epoll instance. */
const DESCRIPTORS_PER_THREAD = 8;

/**
 * Sees to it that there are descriptors for all connections of a flood.
 *
 * @throws {RefusedError} when there are not
 */
export async function reserveDescriptors(
  { conns, sockets, threads }: { conns: number; sockets: "deno" | "libc"; threads: number },
  { flood }: Messages,
): Promise<void> {
  const wanted = conns + DESCRIPTORS_OF_PROCESS;
  const limit = sockets === "libc"
    ? raiseDescriptorLimit(wanted + threads * DESCRIPTORS_PER_THREAD)
    : await descriptorLimit();
  if (wanted > limit) throw new RefusedError(flood.descriptorLimit(conns, limit));
}
