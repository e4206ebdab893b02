import { visible } from "../../cli/visible_text.ts";
import { ChatGuest } from "./chat_guest.ts";
import { LineBuffer } from "./line_buffer.ts";
import type { Rooms } from "./rooms.ts";
import { GeneratedReplies, type HandlerClient, OneReply, replyWith } from "./session.ts";
import type { Replies, Reply, Session } from "./session.ts";

/** The longest line that is passed on, in bytes. */
const LONGEST_LINE_BYTES = 1_024;
const FIRST_ROOM = "lobby";
const HELP = `* /join ROOM   go to another room, which is there once somebody is in it
* /who         who is in your room
* /rooms       which rooms there are
* /name NAME   call yourself something else
* /quit        leave`;
const NO_REPLIES: Replies = { next: () => undefined };
/**
 * After a command, or so many characters, a client is not heard for a moment, in which the others are sent
 * what there is. One who talks as fast as the network would otherwise fill the outboxes of all, and have
 * them let go.
 */
const BREATH_LENGTH = 4_096;
const PAUSE: Reply = { bytes: new Uint8Array(0), waitMs: 1, close: false };

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
 * import { allReplies } from "./session.ts";
 * const [rooms, peer] = [new Rooms(), { host: "127.0.0.1", port: 1 }];
 * const [ann, bob] = [1, 2].map((id) => chat({ id, peer, rooms }));
 * for (const _ of allReplies(ann.onData(new TextEncoder().encode("ann\n"))));
 * for (const _ of allReplies(bob.onData(new TextEncoder().encode("bob\nhello\n"))));
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
  readonly #lines = new LineBuffer(LONGEST_LINE_BYTES);
  readonly #guest: ChatGuest;
  readonly outbox: ChatGuest["outbox"];
  #isOver = false;

  constructor(private readonly rooms: Rooms) {
    this.#guest = new ChatGuest(rooms);
    this.outbox = this.#guest.outbox;
    this.#guest.tell("* welcome! What is your name?");
  }

  onData(chunk: Uint8Array): Replies {
    return new GeneratedReplies(this.#hear(chunk));
  }

  readonly onEnd = (): Replies => {
    this.#guest.leave();
    return NO_REPLIES;
  };

  readonly onClose = (): void => this.#guest.leave();

  /** Hears what a client says, and replies nothing but pauses. */
  *#hear(chunk: Uint8Array): Generator<Reply> {
    const guest = this.#guest;
    // What is said in one go is sent in one go: a send costs a call for each listener.
    let said = "";
    for (const line of this.#lines.lines(chunk)) {
      if (this.#isOver) break;
      const isSaid = line !== null && guest.name !== undefined && !line.startsWith("/");
      // Control characters would be orders to the terminals of others.
      if (isSaid && line !== "") said += `${guest.name}: ${visible(line)}\n`;
      if (isSaid && said.length < BREATH_LENGTH) continue;
      guest.say(said);
      said = "";
      if (!isSaid) this.#obey(line);
      yield PAUSE;
    }
    guest.say(said);
  }

  #obey(line: string | null): void {
    const guest = this.#guest;
    const text = line?.normalize().trim() ?? "";
    const [command, name = ""] = text.split(/\s+/u);
    if (line === null) this.#end(`* a line has at most ${LONGEST_LINE_BYTES} bytes`);
    else if (guest.name === undefined) guest.enter(FIRST_ROOM, text);
    else if (command === "/join") guest.join(name);
    else if (command === "/name") guest.rename(name);
    else if (command === "/who") guest.tellWhoIsHere();
    else if (command === "/rooms") guest.tell(`* rooms: ${this.rooms.all().join(", ")}`);
    else if (command === "/quit") this.#end("* goodbye");
    else guest.tell(HELP);
  }

  #end(words: string): void {
    this.#guest.leave();
    this.#guest.tell(words);
    this.outbox.put(new OneReply(replyWith(new Uint8Array(0), true)));
    this.#isOver = true;
  }
}
