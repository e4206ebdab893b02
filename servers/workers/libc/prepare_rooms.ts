import type { ServerSetup } from "../../context/protocol.ts";
import { sharesRooms } from "../../handlers/traits.ts";
import type { Rooms } from "../../handlers/rooms.ts";
import { Outbox } from "../../handlers/outbox.ts";
import { EPOLLOUT } from "../../sockets/interface.ts";
import { systemCalls } from "../../system/system_calls.ts";
import type { ChildRooms } from "./child_rooms.ts";
import type { RoomRelay } from "./room_relay.ts";

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

/** After so many rounds V8 has compiled what it can. */
const ROUNDS = 100;

/**
 * Has this process play a child whose client meets others, so that the children that it forks have a copy of
 * code that has run.
 *
 * @throws {SystemCallError} when there is no descriptor left
 */
export function rehearseRooms(joined: ChildRooms, relay: RoomRelay): void {
  const calls = systemCalls();
  const member = { name: "nobody", outbox: new Outbox() };
  const { rooms } = joined;
  for (let round = 0; round < ROUNDS; round++) {
    const link = relay.begin();
    relay.listen(link);
    joined.descriptor = link.childSide;
    joined.ask();
    relay.relay();
    joined.hearNow();
    rooms.enter(member);
    rooms.join(member.name, member);
    rooms.broadcast(member.name, Uint8Array.of(round), member);
    rooms.leave(member);
    relay.relay();
    joined.waitFor(link.childSide, EPOLLOUT);
    joined.close();
    relay.ended(link);
    calls.close(link.childSide);
  }
  joined.descriptor = -1;
}
