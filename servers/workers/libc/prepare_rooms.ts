import type { ServerSetup } from "../../context/protocol.ts";
import { sharesRooms } from "../../handlers/handlers.ts";
import type { Rooms } from "../../handlers/rooms.ts";
import { systemCalls } from "../../system/system_calls.ts";
import type { ChildRooms } from "./child_rooms.ts";

/** After how long a child looks whether its client has been silent for too long. */
const LOOK_AGAIN_MS = 100;

/**
 * Makes the rooms that children have copies of.
 *
 * @param rooms those of the server
 * @param idleTimeoutMs of the clients
 * @returns `undefined` when the clients of the handler do not meet: then no code is loaded for it
 */
export async function childRoomsFor(
  { handler: { name } }: Pick<ServerSetup, "handler">,
  rooms: Rooms,
  idleTimeoutMs: number,
): Promise<ChildRooms | undefined> {
  if (!sharesRooms(name)) return undefined;
  const { ChildRooms } = await import("./child_rooms.ts");
  const lookAgainMs = Number.isFinite(idleTimeoutMs) && idleTimeoutMs > 0 ? LOOK_AGAIN_MS : -1;
  return new ChildRooms(systemCalls(), rooms, lookAgainMs);
}
