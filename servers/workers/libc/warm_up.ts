import { serveClient } from "../../blocking.ts";
import { Rooms } from "../../handlers/rooms.ts";
import type { Handler } from "../../handlers/session.ts";
import { createStatsMemory } from "../../metrics/counters.ts";
import { createTraceMemory } from "../../metrics/trace.ts";
import { SHUT_WR, type SystemCalls, systemCalls } from "../../system/system_calls.ts";
import { socketPair } from "../../system/socket_pair.ts";
import type { ClientServing, NumberedClient } from "./own_client.ts";

/** After this many clients V8 has optimized what it can. */
const CLIENTS = 20;
/** Few enough for both directions of a socket to hold them. */
const MESSAGES_EACH = 100;
const MESSAGE = new TextEncoder().encode("1\n");

/**
 * Serves clients that this process plays itself, so that the children that it forks have a copy of code
 * that is compiled and optimized. Without this, each would be slow for much of its life. They use the
 * same `serving`, since V8 optimizes for the functions that it has seen.
 *
 * @param handler gets lines with a `1` each
 */
export async function warmUp(serving: ClientServing, handler: Handler): Promise<void> {
  const calls = systemCalls();
  const memory = { stats: createStatsMemory(), trace: createTraceMemory() };
  const nobody: NumberedClient = { id: 0, peer: { host: "127.0.0.1", port: 1 }, number: 0 };
  const rooms = new Rooms();
  for (let client = 0; client < CLIENTS; client++) {
    const [near, far] = socketPair();
    sendMessages(calls, far); // all of them are there before the first recv, so nothing blocks
    const own = serving.begin(near, nobody, 0, memory);
    const session = handler({ ...nobody, rooms });
    await serveClient(own.connection, own.watched(session), serving.buffer, () => {});
    own.end();
    calls.close(far);
  }
}

function sendMessages(calls: SystemCalls, socket: number): void {
  for (let i = 0; i < MESSAGES_EACH; i++) calls.send(socket, MESSAGE, MESSAGE.length, 0);
  calls.shutdown(socket, SHUT_WR);
}
