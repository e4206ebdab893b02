import { visible } from "../../cli/visible_text.ts";
import { LineBuffer } from "./line_buffer.ts";
import { Outbox } from "./outbox.ts";
import type { Member, Rooms } from "./rooms.ts";
import { type HandlerClient, OneReply, type Replies, replyWith, type Session } from "./session.ts";

/** The longest line that is passed on, in bytes. */
const LONGEST_LINE_BYTES = 1_024;
/** Of people and of rooms. */
const NAME = /^[\p{L}\p{M}\p{N}_-]{1,20}$/u;
const NAME_RULE = "a name has 1 to 20 letters, digits, - and _";
const FIRST_ROOM = "lobby";
const HELP = `* /join ROOM   go to another room, which is there once somebody is in it
* /who         who is in your room
* /rooms       which rooms there are
* /name NAME   call yourself something else
* /quit        leave`;
const NO_REPLIES: Replies = { next: () => undefined };
const encoder = new TextEncoder();

/**
 * A chat for people at a terminal; `ncat` and `playground connect` are clients. The server speaks
 * first, and asks for a name. Then each line goes to all others in the same room.
 *
 * What answers a command goes through the outbox as well, so that a client hears everything in one
 * order. Members may be in other threads or processes: two that come at the same time can get the
 * same name, since each is there before it has heard of the other.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { Rooms } from "./rooms.ts";
 * const [rooms, peer] = [new Rooms(), { host: "127.0.0.1", port: 1 }];
 * const [ann, bob] = [1, 2].map((id) => chat({ id, peer, rooms }));
 * ann.onData(new TextEncoder().encode("ann\n"));
 * bob.onData(new TextEncoder().encode("bob\nhello\n"));
 * let heard = "";
 * for (let reply; (reply = ann.outbox?.next()) !== undefined;) {
 *   heard += new TextDecoder().decode(reply.bytes);
 * }
 * assertStringIncludes(heard, "* bob has joined\nbob: hello\n");
 * ```
 */
export function chat({ rooms }: HandlerClient): Session {
  return new Chat(rooms);
}

class Chat implements Session {
  readonly outbox = new Outbox();
  readonly #lines = new LineBuffer(LONGEST_LINE_BYTES);
  #room = FIRST_ROOM;
  /** Missing until the client has a name, and when it has left. */
  #self: Member | undefined;
  #isOver = false;

  constructor(private readonly rooms: Rooms) {
    this.#tell(`* welcome! What is your name?`);
  }

  onData(chunk: Uint8Array): Replies {
    // What is said in one go is sent in one go: a send costs a call for each listener.
    let said = "";
    for (const line of this.#lines.lines(chunk)) {
      if (this.#isOver) break;
      if (line !== null && this.#self !== undefined && !line.startsWith("/")) {
        // Control characters would be orders to the terminals of others.
        if (line !== "") said += `${this.#self.name}: ${visible(line)}\n`;
        continue;
      }
      this.#say(said);
      said = "";
      if (line === null) this.#end(`* a line has at most ${LONGEST_LINE_BYTES} bytes`);
      else if (this.#self === undefined) this.#enter(FIRST_ROOM, line.trim().normalize());
      else this.#obey(this.#self, line.normalize().trim().split(/\s+/u));
    }
    this.#say(said);
    return NO_REPLIES;
  }

  readonly onEnd = (): Replies => {
    this.#leave();
    return NO_REPLIES;
  };

  readonly onClose = (): void => this.#leave();

  #obey(self: Member, [command, name = ""]: string[]): void {
    if (command === "/join") this.#join(self, name);
    else if (command === "/name") this.#rename(self, name);
    else if (command === "/who") this.#tell(`* in ${this.#room}: ${this.#names()}`);
    else if (command === "/rooms") this.#tell(`* rooms: ${this.rooms.all().join(", ")}`);
    else if (command === "/quit") this.#end("* goodbye");
    else this.#tell(HELP);
  }

  #join(self: Member, room: string): void {
    if (!NAME.test(room)) this.#tell(`* ${NAME_RULE}: /join ROOM`);
    else if (room === this.#room) this.#tell(`* you are in ${room}`);
    else if (this.#isTaken(room, self.name)) {
      this.#tell(`* somebody in ${room} is called ${self.name}, too: change yours with /name NAME`);
    } else {
      this.#leave();
      this.#enter(room, self.name);
    }
  }

  #rename(self: Member, name: string): void {
    if (!NAME.test(name)) return this.#tell(`* ${NAME_RULE}: /name NAME`);
    const isSame = canonical(name) === canonical(self.name);
    if (!isSame && this.#isTaken(this.#room, name)) return this.#tell(`* ${name} is taken`);
    this.rooms.leave(self, this.#room);
    this.#self = { name, outbox: this.outbox };
    this.rooms.join(this.#room, this.#self);
    this.#say(`* ${self.name} is now ${name}\n`);
    this.#tell(`* you are now ${name}`);
  }

  #enter(room: string, name: string): void {
    if (!NAME.test(name)) return this.#tell(`* ${NAME_RULE}; what is yours?`);
    if (this.#isTaken(room, name)) return this.#tell(`* ${name} is taken; what is your name?`);
    this.#room = room;
    this.#self = { name, outbox: this.outbox };
    this.rooms.join(room, this.#self);
    this.#say(`* ${name} has joined\n`);
    this.#tell(`* in ${room}: ${this.#names()} (/help says what you can do)`);
  }

  #leave(): void {
    if (this.#self === undefined) return;
    this.#say(`* ${this.#self.name} has left\n`);
    this.rooms.leave(this.#self, this.#room);
    this.#self = undefined;
  }

  #end(words: string): void {
    this.#leave();
    this.#tell(words);
    this.outbox.put(new OneReply(replyWith(new Uint8Array(0), true)));
    this.#isOver = true;
  }

  #isTaken(room: string, name: string): boolean {
    return this.rooms.names(room).some((taken) => canonical(taken) === canonical(name));
  }

  #names(): string {
    return this.rooms.names(this.#room).join(", ");
  }

  #say(lines: string): void {
    if (lines !== "") this.rooms.broadcast(this.#room, encoder.encode(lines), this.#self);
  }

  #tell(line: string): void {
    this.outbox.put(encoder.encode(`${line}\n`));
  }
}

/** By which names are told apart: what looks alike is the same. */
function canonical(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}
