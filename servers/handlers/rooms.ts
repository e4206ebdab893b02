/**
 * Where the clients of one server meet: who is in a room hears what is said there.
 *
 * @module
 */

import type { Outbox } from "./outbox.ts";

/** A client in a room. */
export interface Member {
  /** What others know it by. */
  readonly name: string;
  readonly outbox: Outbox;
}

/** What the rooms of one thread or process tell those of the others. Plain data. */
export type RoomMessage =
  /** A member has come. In its own rooms it has the number `key`, and the hub makes one for all of that. */
  | { readonly kind: "joined"; readonly room: string; readonly key: string; readonly name: string }
  | { readonly kind: "left"; readonly room: string; readonly key: string }
  | { readonly kind: "said"; readonly room: string; readonly bytes: Uint8Array };

/** The room that all members of the server are in who have {@linkcode Rooms.enter | entered}. */
export const EVERYONE = "";

/** The way to the clients that other threads or processes of the server have. */
export interface RoomLink {
  /** Tells all others, in order. */
  send(message: RoomMessage): void;
}

/**
 * The rooms of a thread. With a {@linkcode RoomLink}, those of all threads are the same rooms: each knows
 * its own members, and the names of the others'.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Outbox } from "./outbox.ts";
 * const rooms = new Rooms();
 * const [ann, bob] = ["ann", "bob"].map((name) => ({ name, outbox: new Outbox() }));
 * rooms.join("tea", ann);
 * rooms.join("tea", bob);
 * rooms.broadcast("tea", new TextEncoder().encode("hello"), ann);
 * assertEquals(rooms.names("tea"), ["ann", "bob"]);
 * assertEquals([ann.outbox.isWaiting, bob.outbox.isWaiting], [false, true]);
 * ```
 */
export class Rooms {
  readonly #rooms = new Map<string, Room>();
  #joined = 0;
  /** Set by a model that has clients in other threads or processes. */
  link: RoomLink | undefined = undefined;
  #shared: Map<string, unknown> | undefined = new Map();
  #whyNothingIsShared: string | undefined = undefined;

  /**
   * A map of all clients of the server, for what a handler wants to keep.
   *
   * @throws {Error} where other clients are served in other threads or processes, which have maps of their own
   */
  get shared(): Map<string, unknown> {
    if (this.#shared === undefined) throw new Error(this.#whyNothingIsShared);
    return this.#shared;
  }

  /**
   * Of a server whose other clients are served in other threads or processes.
   *
   * @param why what {@linkcode shared} says; without it, there is a map
   */
  static sharingNothing(why: string | undefined): Rooms {
    const rooms = new Rooms();
    if (why === undefined) return rooms;
    rooms.#shared = undefined;
    rooms.#whyNothingIsShared = why;
    return rooms;
  }

  /** What {@linkcode shared} says where there can be no such map. */
  get whyNothingIsShared(): string | undefined {
    return this.#whyNothingIsShared;
  }

  /** Adds a member to {@linkcode EVERYONE}, whose names nobody is told. */
  enter(member: Member): void {
    this.join(EVERYONE, member);
  }

  /** Adds a member, who hears what the others say from now on. Joining twice has no effect. */
  join(room: string, member: Member): void {
    const there = this.#open(room);
    if (there.members.has(member)) return;
    const key = String(++this.#joined);
    there.members.set(member, key);
    there.names.set(key, member.name);
    if (room !== EVERYONE) this.link?.send({ kind: "joined", room, key, name: member.name });
  }

  /** Takes a member out of a room, or of all rooms. */
  leave(member: Member, room?: string): void {
    for (const name of room === undefined ? [...this.#rooms.keys()] : [room]) {
      const there = this.#rooms.get(name);
      const key = there?.members.get(member);
      if (there === undefined || key === undefined) continue;
      there.members.delete(member);
      this.#forget(name, there, key);
      if (name !== EVERYONE) this.link?.send({ kind: "left", room: name, key });
    }
  }

  /** Sends to all in a room, except the one who says it. */
  broadcast(room: string, bytes: Uint8Array, from?: Member): void {
    this.#say(room, bytes, from);
    this.link?.send({ kind: "said", room, bytes });
  }

  /** The names of all in a room, in the order in which this thread has heard of them. */
  names(room: string): string[] {
    return [...this.#rooms.get(room)?.names.values() ?? []];
  }

  /** The names of the rooms in which there is somebody. */
  all(): string[] {
    return [...this.#rooms.keys()].filter((name) => name !== EVERYONE);
  }

  /** Hears what happened in another thread. */
  hear(message: RoomMessage): void {
    const { kind, room } = message;
    if (kind === "said") this.#say(room, message.bytes);
    else if (kind === "joined") this.#open(room).names.set(message.key, message.name);
    else {
      const there = this.#rooms.get(room);
      if (there !== undefined) this.#forget(room, there, message.key);
    }
  }

  /** Hears who is in the rooms of other threads, and forgets who was there before. */
  hearAll(members: readonly RoomMessage[]): void {
    for (const [name, room] of this.#rooms) {
      const own = new Set(room.members.values());
      for (const key of room.names.keys()) if (!own.has(key)) this.#forget(name, room, key);
    }
    for (const message of members) this.hear(message);
  }

  /** Lets the members of this thread go: it has not taken in time what others have said to them. */
  letGo(): void {
    for (const { members } of [...this.#rooms.values()]) {
      for (const { outbox } of [...members.keys()]) outbox.overflow();
    }
  }

  #say(room: string, bytes: Uint8Array, from?: Member): void {
    for (const member of this.#rooms.get(room)?.members.keys() ?? []) {
      if (member !== from) member.outbox.put(bytes);
    }
  }

  #open(room: string): Room {
    let there = this.#rooms.get(room);
    if (there === undefined) {
      this.#rooms.set(room, there = { members: new Map(), names: new Map() });
    }
    return there;
  }

  #forget(name: string, room: Room, key: string): void {
    room.names.delete(key);
    if (room.names.size + room.members.size === 0) this.#rooms.delete(name);
  }
}

interface Room {
  /** The members of this thread, each with its key. */
  readonly members: Map<Member, string>;
  /** The names of all members by their keys. */
  readonly names: Map<string, string>;
}
