import { EVERYONE, type RoomMessage } from "./rooms.ts";

/** The way to the rooms of one thread or process. */
export interface HubLink {
  send(message: RoomMessage): void;
}

type Joined = RoomMessage & { readonly kind: "joined" };

/** What the hub knows of those that it has heard through a link. */
interface Known {
  /** Makes keys of one link differ from those of all others. */
  readonly number: number;
  /** By room and key. A room without members of the link is not in it. */
  readonly rooms: Map<string, Map<string, Joined>>;
}

/**
 * Joins the rooms of several threads or processes: what one of them says, all others hear that have
 * somebody in the room, in the order in which the hub has heard it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Outbox } from "./outbox.ts";
 * import { Rooms } from "./rooms.ts";
 * const hub = new RoomHub();
 * const [here, there] = [0, 1].map(() => {
 *   const rooms = new Rooms();
 *   const link = { send: rooms.hear.bind(rooms) };
 *   hub.add(link);
 *   rooms.link = { send: (message) => hub.hear(link, message) };
 *   return rooms;
 * });
 * const [ann, bob] = ["ann", "bob"].map((name) => ({ name, outbox: new Outbox() }));
 * here.join("tea", ann);
 * there.join("tea", bob);
 * here.broadcast("tea", Uint8Array.of(42), ann);
 * assertEquals(bob.outbox.next()?.bytes, Uint8Array.of(42));
 * assertEquals(there.names("tea"), ["ann", "bob"]);
 * ```
 */
export class RoomHub {
  readonly #links = new Map<HubLink, Known>();
  #lastNumber = 0;

  /**
   * From now on the link hears what the others say, and who comes and leaves.
   *
   * @returns who is there, as the link should hear of it first
   */
  add(link: HubLink): RoomMessage[] {
    this.remove(link);
    const members = [...this.#links.values()].flatMap(({ rooms }) =>
      [...rooms].flatMap(([room, known]) => room === EVERYONE ? [] : [...known.values()])
    );
    this.#links.set(link, { number: ++this.#lastNumber, rooms: new Map() });
    return members;
  }

  /** The thread or process has ended, and its members have left. */
  remove(link: HubLink): void {
    const known = this.#links.get(link);
    if (known === undefined) return;
    this.#links.delete(link);
    for (const [room, members] of known.rooms) {
      for (const { key } of members.values()) this.#tellOthers(link, { kind: "left", room, key });
    }
  }

  /** Hears what has happened in the rooms of a link. Of one that was removed, it hears nothing. */
  hear(from: HubLink, message: RoomMessage): void {
    const known = this.#links.get(from);
    if (known === undefined) return;
    if (message.kind === "said") {
      for (const [link, { rooms }] of this.#links) {
        if (link !== from && rooms.has(message.room)) link.send(message);
      }
      return;
    }
    const own = { ...message, key: `${known.number}:${message.key}` };
    if (own.kind === "joined") membersOf(known, own.room).set(own.key, own);
    else if (!forget(known, own.room, own.key)) return;
    this.#tellOthers(from, own);
  }

  #tellOthers(from: HubLink, message: RoomMessage): void {
    if (message.room === EVERYONE) return; // nobody asks for their names
    for (const link of this.#links.keys()) if (link !== from) link.send(message);
  }
}

function membersOf({ rooms }: Known, room: string): Map<string, Joined> {
  const members = rooms.get(room) ?? new Map<string, Joined>();
  rooms.set(room, members);
  return members;
}

/** @returns whether it was there */
function forget({ rooms }: Known, room: string, key: string): boolean {
  const members = rooms.get(room);
  const wasThere = members?.delete(key) === true;
  if (members?.size === 0) rooms.delete(room);
  return wasThere;
}
