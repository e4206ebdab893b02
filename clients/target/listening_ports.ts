/**
 * Which ports of this machine have a listener.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { readSystemFile } from "../../servers/system/proc.ts";

/** TCP_LISTEN as a table of sockets writes it, proc(5). */
const LISTENING = "0A";

/** Listeners come first in such a table, which can be long: this much of it has some 400. */
const LISTENERS_BYTES = 65_536;

/** A port that was free a moment ago. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/**
 * Whether a port of 127.0.0.1 has a listener. On Linux this reads /proc/net, since a server may count
 * its clients, or serve only one; elsewhere it has to connect.
 *
 * @throws when connecting fails for another reason than that the port is closed
 */
export async function isListening(port: number): Promise<boolean> {
  if (hasSystemCalls()) return isInTable("tcp", port) || isInTable("tcp6", port);
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return false;
    throw error;
  }
}

function isInTable(protocol: "tcp" | "tcp6", port: number): boolean {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const table = readSystemFile(`/proc/net/${protocol}`, LISTENERS_BYTES);
  return table.split("\n").some((row) => {
    const [, local, , state] = row.trim().split(/\s+/);
    return state === LISTENING && local.endsWith(suffix);
  });
}
