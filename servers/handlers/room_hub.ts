import type { RoomMessage } from "./rooms.ts";

/** The way to the rooms of one thread or process. */
export interface HubLink {
  send(message: RoomMessage): void;
}

type Joined = RoomMessage & { readonly kind: "joined" };

/** What the hub knows of a link. */
interface Known {
  /** Makes keys of one link differ from those of all others. */
  readonly number: number;
  /** By key. */
  readonly members: Map<string, Joined>;
}

/**
 * Joins the rooms of several threads or processes: what one of them says, all others hear, in the order
 * in which the hub has heard it. Also those from which it has not heard that somebody is in the room: that
 * may be under way, and who has joined must not miss what is said from then on.
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
    const there = [...this.#links.values()].flatMap(({ members }) => [...members.values()]);
    this.#links.set(link, { number: ++this.#lastNumber, members: new Map() });
    return there;
  }

  /** The thread or process has ended, and its members have left. */
  remove(link: HubLink): void {
    const known = this.#links.get(link);
    if (known === undefined) return;
    this.#links.delete(link);
    for (const { room, key } of known.members.values()) {
      this.#tellOthers(link, { kind: "left", room, key });
    }
  }

  /** Hears what has happened in the rooms of a link. Of one that was removed, it hears nothing. */
  hear(from: HubLink, message: RoomMessage): void {
    const known = this.#links.get(from);
    if (known === undefined) return;
    if (message.kind === "said") return this.#tellOthers(from, message);
    const own = { ...message, key: `${known.number}:${message.key}` };
    if (own.kind === "joined") known.members.set(own.key, own);
    else if (!known.members.delete(own.key)) return;
    this.#tellOthers(from, own);
  }

  #tellOthers(from: HubLink, message: RoomMessage): void {
    for (const link of this.#links.keys()) if (link !== from) link.send(message);
  }
}
