/**
 * A child that is a runtime of its own, for a handler that needs an event loop: the blocking server's
 * code, on standard input.
 *
 * @module
 */

import { serveClient } from "../../blocking.ts";
import { Sessions } from "../../context/sessions.ts";
import type { Rooms } from "../../handlers/rooms.ts";
import type { Handler } from "../../handlers/session.ts";
import { mapProcessMemory } from "../../metrics/process_memory.ts";
import { ConnectionReset } from "../../sockets/interface.ts";
import { endWithParent, interruptBy } from "../../sockets/libc/interruption.ts";
import { CHILD_DESCRIPTORS, FINISH_SIGNAL, type InheritedOptions } from "../child_protocol.ts";
import { systemCalls } from "../../system/system_calls.ts";
import { ChildRooms } from "./child_rooms.ts";
import { EventLoopWait } from "./event_loop_wait.ts";
import { ClientServing, type OwnClientOptions } from "./own_client.ts";

/**
 * Serves the client that this process inherited.
 *
 * @param sleep blocks the process
 * @throws what the handler throws, and {@linkcode SystemCallError}
 */
export async function serveInherited(
  { parentPid, memory, isWatched, client, hasRooms }: InheritedOptions,
  handler: Handler,
  rooms: Rooms,
  options: Omit<OwnClientOptions, "isWatched">,
  sleep: (ms: number) => void,
): Promise<void> {
  endWithParent();
  if (Deno.ppid !== parentPid) return; // the parent had ended before that
  interruptBy(FINISH_SIGNAL);
  const shared = mapProcessMemory(CHILD_DESCRIPTORS.memory, memory);
  const { input } = CHILD_DESCRIPTORS;
  const joined = hasRooms ? new ChildRooms(systemCalls(), rooms) : undefined;
  if (joined !== undefined) {
    joined.descriptor = CHILD_DESCRIPTORS.rooms;
    joined.open();
  }
  const waiting = new EventLoopWait(() => {}, joined);
  const serving = new ClientServing(shared, { ...options, isWatched }, input, waiting);
  const own = serving.begin(input, client, Deno.pid, serving.records);
  const sessions = new Sessions(handler, rooms, (connection, error) => {
    if (!(connection.explain(error) instanceof ConnectionReset)) throw error;
  });
  try {
    const session = own.watched(sessions.begin(own.connection));
    await serveClient(own.connection, session, serving.buffer, sleep);
  } catch (error) {
    sessions.failed(own.connection, error);
  } finally {
    own.end();
  }
}
