import { Outbox } from "./outbox.ts";
import type { Member, Rooms } from "./rooms.ts";

/** Of people and of rooms. Some letters and marks are invisible, and make a name look like another. */
const NAME = /^(?!.*\p{Default_Ignorable_Code_Point})[\p{L}\p{M}\p{N}_-]{1,20}$/u;
const NAME_RULE = "a name has 1 to 20 letters, digits, - and _";
const encoder = new TextEncoder();

/**
 * Somebody in a chat, who has a name and is in a room, or is outside and has none. What goes wrong the
 * guest is told.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Rooms } from "./rooms.ts";
 * const rooms = new Rooms();
 * const [ann, bob] = [new ChatGuest(rooms), new ChatGuest(rooms)];
 * ann.enter("lobby", "ann");
 * bob.enter("lobby", "Ann"); // is told that this name is taken
 * assertEquals([ann.name, bob.name, rooms.names("lobby")], ["ann", undefined, ["ann"]]);
 * ```
 */
export class ChatGuest {
  readonly outbox = new Outbox();
  #room = "";
  #self: Member | undefined;

  constructor(private readonly rooms: Rooms) {}

  /** Missing while the guest is outside. */
  get name(): string | undefined {
    return this.#self?.name;
  }

  /** Comes in from outside. */
  enter(room: string, name: string): void {
    if (!NAME.test(name)) return this.tell(`* ${NAME_RULE}; what is yours?`);
    if (this.#isTaken(room, name)) return this.tell(`* ${name} is taken; what is your name?`);
    this.#room = room;
    this.#self = { name, outbox: this.outbox };
    this.rooms.join(room, this.#self);
    this.say(`* ${name} has joined\n`);
    this.tell(`* in ${room}: ${this.#names()} (/help says what you can do)`);
  }

  /** Goes to another room. */
  join(room: string): void {
    const name = this.name ?? "";
    if (!NAME.test(room)) this.tell(`* ${NAME_RULE}: /join ROOM`);
    else if (room === this.#room) this.tell(`* you are in ${room}`);
    else if (this.#isTaken(room, name)) {
      this.tell(`* somebody in ${room} is called ${name}, too: change yours with /name NAME`);
    } else {
      this.leave();
      this.enter(room, name);
    }
  }

  /** Takes another name. */
  rename(name: string): void {
    const before = this.#self;
    if (!NAME.test(name)) return this.tell(`* ${NAME_RULE}: /name NAME`);
    const isSame = canonical(name) === canonical(before?.name ?? "");
    if (!isSame && this.#isTaken(this.#room, name)) return this.tell(`* ${name} is taken`);
    if (before !== undefined) this.rooms.leave(before, this.#room);
    this.#self = { name, outbox: this.outbox };
    this.rooms.join(this.#room, this.#self);
    this.say(`* ${before?.name} is now ${name}\n`);
    this.tell(`* you are now ${name}`);
  }

  /** Goes outside. */
  leave(): void {
    if (this.#self === undefined) return;
    this.say(`* ${this.#self.name} has left\n`);
    this.rooms.leave(this.#self, this.#room);
    this.#self = undefined;
  }

  tellWhoIsHere(): void {
    this.tell(`* in ${this.#room}: ${this.#names()}`);
  }

  /** Sends lines to all others in the room. */
  say(lines: string): void {
    if (lines !== "") this.rooms.broadcast(this.#room, encoder.encode(lines), this.#self);
  }

  /** Sends a line to the guest. */
  tell(line: string): void {
    this.outbox.put(encoder.encode(`${line}\n`));
  }

  #isTaken(room: string, name: string): boolean {
    return this.rooms.names(room).some((taken) => canonical(taken) === canonical(name));
  }

  #names(): string {
    return this.rooms.names(this.#room).join(", ");
  }
}

/** By which names are told apart: letters in another case, width or style are the same. */
function canonical(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}
