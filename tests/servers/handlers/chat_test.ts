import { chat } from "../../../servers/handlers/chat.ts";
import { Rooms } from "../../../servers/handlers/rooms.ts";
import { allReplies, type Session } from "../../../servers/handlers/session.ts";
import { assert, assertEquals, assertMatch } from "../../harness/assert.ts";
import { encode } from "../../harness/bytes.ts";
import { cutAnywhere, handlerClient, unasked } from "../../harness/handlers.ts";
import "../../harness/sanitizers.ts";

const WELCOME = "* welcome! What is your name?\n";

/** People in the lobby, each of whom has heard what there was to hear. */
function people(...names: string[]): Session[] {
  const rooms = new Rooms();
  const sessions = names.map((name, at) => {
    const session = chat(handlerClient(at + 1, rooms));
    say(session, `${name}\n`);
    return session;
  });
  sessions.forEach(unasked);
  return sessions;
}

function say(session: Session, ...chunks: (string | Uint8Array)[]): void {
  for (const chunk of chunks) {
    const bytes = typeof chunk === "string" ? encode(chunk) : chunk.slice();
    for (const { bytes: sent, waitMs } of allReplies(session.onData(bytes))) {
      assertEquals([sent.length, waitMs], [0, 1]);
    }
    bytes.fill(0); // as the next recv does
  }
}

Deno.test("chat asks for a name, and tells who is there", () => {
  const rooms = new Rooms();
  const ann = chat(handlerClient(1, rooms));
  assertEquals(unasked(ann), WELCOME);
  say(ann, "ann\r\n");
  assertEquals(unasked(ann), "* in lobby: ann (/help says what you can do)\n");
  const bob = chat(handlerClient(2, rooms));
  say(bob, " bob \n");
  assertEquals(unasked(bob), `${WELCOME}* in lobby: ann, bob (/help says what you can do)\n`);
  assertEquals(unasked(ann), "* bob has joined\n");
});

Deno.test("chat sends a line to all others, and not to the one who says it", () => {
  const [ann, bob, eve] = people("ann", "bob", "eve");
  say(ann, "hello\r\n");
  assertEquals([ann, bob, eve].map(unasked), ["", "ann: hello\n", "ann: hello\n"]);
});

Deno.test("chat sends lines whole and in order, wherever they are cut", () => {
  for (const cut of cutAnywhere("é 汉字 😀\n\nsecond\nthird")) {
    const [ann, bob] = people("ann", "bob");
    say(ann, ...cut);
    assertEquals(unasked(bob), "ann: é 汉字 😀\nann: second\n");
  }
});

Deno.test("chat tells nobody anything before he has a name, and hears nothing from him", () => {
  const rooms = new Rooms();
  const [ann, stranger] = [chat(handlerClient(1, rooms)), chat(handlerClient(2, rooms))];
  say(ann, "ann\nhello\n");
  assertEquals(unasked(stranger), WELCOME);
  say(stranger, "no name, this\n/who\n\n");
  assertEquals(unasked(ann).split("\n").length, 3);
  assertEquals(unasked(stranger).split("what is yours?").length, 4);
  stranger.onClose?.("end");
  assertEquals(unasked(ann), "");
});

Deno.test("chat gives a name to one person in a room only", () => {
  const [ann] = people("ann");
  const rooms = new Rooms();
  const names = ["ann", "Ann", "ａｎｎ"]; // the last one in letters of full width
  const sessions = names.map((name, at) => {
    const session = chat(handlerClient(at, rooms));
    say(session, `${name}\n`);
    return unasked(session);
  });
  assertMatch(sessions[0], /in lobby: ann /);
  for (const refused of sessions.slice(1)) {
    assertMatch(refused, / is taken; what is your name\?\n$/);
  }
  assert(ann !== undefined);
});

Deno.test("chat gives a name again when its owner has left", () => {
  for (const leave of [(ann: Session) => ann.onEnd?.(), (ann: Session) => ann.onClose?.("reset")]) {
    const rooms = new Rooms();
    const [first, second] = [chat(handlerClient(1, rooms)), chat(handlerClient(2, rooms))];
    say(first, "ann\n");
    leave(first);
    say(second, "ann\n");
    assertMatch(unasked(second), /\* in lobby: ann /);
  }
});

for (
  const name of [
    "",
    "two words",
    "a:b",
    "/quit",
    "*",
    "\x1b[2Jx",
    "x".repeat(21),
    "a\u202eb",
    ".",
    "\u3164",
    "ann\ufe0f",
  ]
) {
  Deno.test(`chat does not accept the name ${JSON.stringify(name)}`, () => {
    const rooms = new Rooms();
    const session = chat(handlerClient(1, rooms));
    say(session, `${name}\n`);
    assertMatch(unasked(session), /what is yours\?\n$/);
    assertEquals(rooms.all(), []);
  });
}

Deno.test("chat lets no terminal be given orders", () => {
  const [ann, bob] = people("ann", "bob");
  say(ann, "a\x1b[2J\x07\r\x7f\x9b\u202e!\tb\n", Uint8Array.of(0xff, 0x9b, 0x0a));
  const heard = unasked(bob);
  assertEquals(heard, "ann: a\\x1b[2J\\x07\\x0d\\x7f\\x9b\\u202e!\tb\nann: \ufffd\ufffd\n");
  say(ann, "/join \x1b[2J\n/name \x1b[2J\n/\x1b[2J\n");
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x08\x0b-\x1f]/.test(unasked(ann)));
});

Deno.test("chat has rooms, which hear who comes and goes", () => {
  const [ann, bob, eve] = people("ann", "bob", "eve");
  say(ann, "/join tea\n");
  assertEquals(unasked(bob), "* ann has left\n");
  assertMatch(unasked(ann), /^\* in tea: ann /);
  say(bob, "/join tea\nhello\n");
  assertEquals([unasked(ann), unasked(eve)], [
    "* bob has joined\nbob: hello\n",
    "* ann has left\n* bob has left\n",
  ]);
  unasked(bob);
  say(eve, "/rooms\n/who\n");
  assertEquals(unasked(eve), "* rooms: lobby, tea\n* in lobby: eve\n");
  say(eve, "is anybody here?\n");
  assertEquals([ann, bob, eve].map(unasked), ["", "", ""]);
});

Deno.test("chat refuses a room with another of the same name, and one that is no name", () => {
  const rooms = new Rooms();
  const [first, second] = [chat(handlerClient(1, rooms)), chat(handlerClient(2, rooms))];
  say(first, "ann\n/join tea\n");
  say(second, "ann\n/join tea\n");
  assertMatch(unasked(second), /\* somebody in tea is called ann, too: .*\n$/);
  say(second, "/join a/b\n/join\n/join lobby\n");
  assertMatch(unasked(second), /: \/join ROOM\n.*: \/join ROOM\n\* you are in lobby\n$/);
  assertEquals(rooms.names("lobby"), ["ann"]);
});

Deno.test("chat gives somebody another name, and tells the room", () => {
  const [ann, bob] = people("ann", "bob");
  say(ann, "/name bob\n/name anna\nhello\n/name Anna\n");
  assertMatch(unasked(ann), /^\* bob is taken\n\* you are now anna\n\* you are now Anna\n$/);
  assertEquals(unasked(bob), "* ann is now anna\nanna: hello\n* anna is now Anna\n");
  say(bob, "/who\n");
  assertEquals(unasked(bob), "* in lobby: bob, Anna\n");
});

Deno.test("chat helps, also with a command that is none", () => {
  const [ann, bob] = people("ann", "bob");
  for (const command of ["/help", "/", "/nonsense", "/wh"]) {
    say(ann, `${command}\n`);
    assertMatch(unasked(ann), /\/join ROOM.*\n.*\/who.*\n.*\/rooms.*\n.*\/name NAME.*\n.*\/quit/);
  }
  assertEquals(unasked(bob), "");
});

/** What is sent, and whether the connection ends then. */
function lastWords({ outbox }: Session): [string, boolean] {
  const replies = outbox === undefined ? [] : [...allReplies(outbox)];
  const text = replies.map(({ bytes }) => new TextDecoder().decode(bytes)).join("");
  return [text, replies.at(-1)?.close ?? false];
}

Deno.test("chat lets people quit, and hears nothing more", () => {
  const [ann, bob] = people("ann", "bob");
  say(ann, "bye\n/quit\nhello?\n");
  say(ann, "hello?\n");
  assertEquals([lastWords(ann), unasked(bob)], [
    ["* goodbye\n", true],
    "ann: bye\n* ann has left\n",
  ]);
  ann.onClose?.("end"); // and leaves only once
  assertEquals(unasked(bob), "");
});

Deno.test("chat ends a client whose line does not end", () => {
  const [ann, bob] = people("ann", "bob");
  say(ann, "x".repeat(1_024));
  assertEquals([ann, bob].map(unasked), ["", ""]);
  say(ann, "x");
  assertEquals([lastWords(ann), unasked(bob)], [
    ["* a line has at most 1024 bytes\n", true],
    "* ann has left\n",
  ]);
});

Deno.test("chat tells the room when somebody leaves, once", () => {
  const [ann, bob] = people("ann", "bob");
  say(ann, "half a line");
  assertEquals(ann.onEnd?.().next(), undefined);
  ann.onClose?.("end");
  assertEquals(unasked(bob), "* ann has left\n");
});

Deno.test("chat pauses while somebody talks as fast as he can, so that nobody's outbox fills", () => {
  const [ann, bob] = people("\u{10400}".repeat(20), "bob"); // letters of four bytes each
  let heardBytes = 0;
  for (const { bytes, waitMs, close } of allReplies(ann.onData(encode("x\n".repeat(100_000))))) {
    assertEquals([bytes.length, waitMs, close], [0, 1, false]);
    const heard = encode(unasked(bob));
    assert(heard.length > 0 && heard.length < 20_000, `${heard.length}`);
    heardBytes += heard.length;
  }
  heardBytes += encode(unasked(bob)).length;
  assertEquals(heardBytes, 100_000 * (20 * 4 + ": x\n".length));
});

Deno.test("chat sends what comes in one chunk in one go", () => {
  const [ann, bob] = people("ann", "bob");
  say(ann, "one\ntwo\nthree\n");
  assertEquals([...allReplies(bob.outbox ?? { next: () => undefined })].length, 1);
});
