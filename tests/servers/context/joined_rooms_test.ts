import { assert, assertEquals } from "../../harness/assert.ts";
import { decode, encode } from "../../harness/bytes.ts";
import {
  type FromHub,
  HubEnd,
  JoinedRooms,
  type ToHub,
  UNHEARD_LIMIT_BYTES,
} from "../../../servers/context/joined_rooms.ts";
import { RoomsOfThreads, ThreadRooms } from "../../../servers/context/room_port.ts";
import { Outbox } from "../../../servers/handlers/outbox.ts";
import { RoomHub } from "../../../servers/handlers/room_hub.ts";
import { Rooms } from "../../../servers/handlers/rooms.ts";
import "../../harness/sanitizers.ts";

/** Rooms that hear what the hub says when they are told to, as a thread does that is busy. */
class SlowRooms extends JoinedRooms {
  readonly #untaken: FromHub[] = [];
  readonly end: HubEnd;

  constructor(hub: RoomHub) {
    super(new Rooms());
    this.end = new HubEnd(hub, (message) => this.#untaken.push(message));
    this.ask();
  }

  get untakenCount(): number {
    return this.#untaken.length;
  }

  take(): void {
    for (let message; (message = this.#untaken.shift()) !== undefined;) this.hear(message);
  }

  protected tell(message: ToHub): void {
    this.end?.hear(message);
  }

  /** Both have been made by now. */
  open(): void {
    this.ask();
    this.take();
  }
}

function joined(count: number): { hub: RoomHub; all: SlowRooms[] } {
  const hub = new RoomHub();
  const all = Array.from({ length: count }, () => new SlowRooms(hub));
  for (const rooms of all) rooms.open();
  return { hub, all };
}

function textOf(outbox: Outbox): string {
  let text = "";
  for (let reply; (reply = outbox.next()) !== undefined;) text += decode(reply.bytes);
  return text;
}

Deno.test("what is said in a room reaches its members elsewhere, in order and once", () => {
  const { all: [one, other, third] } = joined(3);
  const [ann, bob, cid] = ["ann", "bob", "cid"].map((name) => ({ name, outbox: new Outbox() }));
  one.rooms.join("tea", ann);
  other.rooms.join("tea", bob);
  third.rooms.join("coffee", cid);
  for (const word of ["a", "b", "c"]) one.rooms.broadcast("tea", encode(word), ann);
  for (const rooms of [one, other, third]) rooms.take();
  assertEquals([ann, bob, cid].map(({ outbox }) => textOf(outbox)), ["", "abc", ""]);
  const names = [one, other].map(({ rooms }) => rooms.names("tea").toSorted());
  assertEquals(names, [["ann", "bob"], ["ann", "bob"]]);
});

Deno.test("who joins is not missed by what is said before the hub has heard of it", () => {
  const { all: [one, other] } = joined(2);
  const bob = { name: "bob", outbox: new Outbox() };
  other.rooms.link = { send() {} }; // what it says is still under way
  other.rooms.join("tea", bob);
  one.rooms.broadcast("tea", encode("hello"));
  other.take();
  assertEquals(textOf(bob.outbox), "hello");
});

Deno.test("the members of a thread that has ended leave, and a newcomer learns of the others", () => {
  const { hub, all: [one, other] } = joined(2);
  one.rooms.join("tea", { name: "ann", outbox: new Outbox() });
  other.rooms.join("tea", { name: "bob", outbox: new Outbox() });
  const late = new SlowRooms(hub);
  late.open();
  assertEquals(late.rooms.names("tea"), ["ann", "bob"]);
  one.end.end();
  for (const rooms of [other, late]) rooms.take();
  assertEquals([other, late].map(({ rooms }) => rooms.names("tea")), [["bob"], ["bob"]]);
});

Deno.test("of a thread that does not hear, little is kept, its clients are let go, and it goes on", () => {
  const { all: [one, busy] } = joined(2);
  let letGo = 0;
  const bob = { name: "bob", outbox: new Outbox() };
  bob.outbox.onFull = () => letGo++;
  busy.rooms.join("tea", bob);
  const piece = new Uint8Array(65_536);
  const many = 2 * UNHEARD_LIMIT_BYTES / piece.length;
  for (let n = 0; n < many; n++) one.rooms.broadcast("tea", piece);
  assert(busy.untakenCount <= UNHEARD_LIMIT_BYTES / piece.length + 1);
  one.take();
  assertEquals(one.rooms.names("tea"), []); // to the others, its members have left
  busy.take();
  assertEquals(letGo, 1);
  busy.rooms.leave(bob);
  const ann = { name: "ann", outbox: new Outbox() };
  busy.rooms.join("tea", ann);
  one.rooms.broadcast("tea", encode("again"));
  busy.take();
  assertEquals(textOf(ann.outbox), "again");
});

Deno.test("threads that hear are told as much as there is to say", () => {
  const { all: [one, other] } = joined(2);
  const bob = { name: "bob", outbox: new Outbox() };
  other.rooms.join("tea", bob);
  const piece = new Uint8Array(65_536);
  let heardBytes = 0;
  for (let n = 0; n < 3 * UNHEARD_LIMIT_BYTES / piece.length; n++) {
    one.rooms.broadcast("tea", piece);
    other.take();
    heardBytes += textOf(bob.outbox).length;
  }
  assertEquals(heardBytes, 3 * UNHEARD_LIMIT_BYTES);
});

Deno.test("rooms of threads have no map, and say why", async () => {
  const threads = new RoomsOfThreads("there are several threads");
  const begun = threads.begin();
  const rooms = new ThreadRooms(begun.ofThread);
  await rooms.open();
  let said = "";
  try {
    rooms.rooms.shared;
  } catch (error) {
    said = String(error);
  }
  assertEquals(said, "Error: there are several threads");
  begun.end();
  begun.ofThread.port.close();
});
