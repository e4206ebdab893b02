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

/**
 * What is below the ports that systems choose for clients, and for listeners without a port of their
 * own: Linux from 32,768 on, ip(7), others from 49,152 on. Nor do well-known services have these.
 */
const ASKED_FOR = { from: 20_000, to: 32_768 };

/**
 * A port that was free a moment ago, and still is unless somebody has asked for this very one: the system
 * gives it to nobody. Until there is a listener, who tries to connect to it cannot meet itself, either.
 */
export function freePort(): number {
  for (;;) {
    const port = ASKED_FOR.from + Math.floor(Math.random() * (ASKED_FOR.to - ASKED_FOR.from));
    try {
      using listener = Deno.listen({ hostname: "127.0.0.1", port });
      return listener.addr.port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
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
