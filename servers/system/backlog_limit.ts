import { readSystemFile } from "./proc.ts";
import { hasSystemCalls } from "./system_calls.ts";

/**
 * The longest backlog that the system allows: what a server asks for beyond that it does not get, and is
 * not told, listen(2). `Infinity` where that is not known.
 */
export function longestBacklog(): number {
  if (!hasSystemCalls()) return Infinity;
  const limit = parseInt(readSystemFile("/proc/sys/net/core/somaxconn"));
  return Number.isNaN(limit) ? Infinity : limit;
}
