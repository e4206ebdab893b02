/**
 * Many people in one room: each hears all others, in the order in which they speak.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "../harness/assert.ts";
import { encode } from "../harness/bytes.ts";
import { closeOnce, readToEnd, writeAll } from "../harness/clients.ts";
import { Server } from "../harness/playground.ts";
import { test } from "../harness/test.ts";
import { linesOf } from "../../cli/text_lines.ts";
import { MODELS, withoutPause } from "./models.ts";

/** Somebody who chats, and hears all that is said. */
class Guest implements Disposable {
  readonly #conn: Deno.TcpConn;
  readonly #lines: ReadableStreamDefaultReader<string>;

  private constructor(conn: Deno.TcpConn, readonly name: string) {
    this.#conn = conn;
    this.#lines = linesOf(conn.readable).getReader();
  }

  static async enter(server: Server, name: string): Promise<Guest> {
    const guest = new Guest(await server.connect(), name);
    assertMatch(await guest.hear(), /^\* welcome/);
    await guest.say(name);
    return guest;
  }

  async say(...lines: string[]): Promise<void> {
    await writeAll(this.#conn, encode(lines.map((line) => `${line}\n`).join("")));
  }

  /** The next line. */
  async hear(): Promise<string> {
    const { value, done } = await this.#lines.read();
    if (done) throw new Error(`${this.name} was let go`);
    return value;
  }

  /** Waits until all of them are here. */
  async meet(names: ReadonlySet<string>): Promise<void> {
    const missing = new Set(names);
    while (missing.size > 0) {
      const line = await this.hear();
      const [, listed = ""] = /^\* in lobby: (.*) \(\/help/.exec(line) ?? [];
      const [, joined = ""] = /^\* (\S+) has joined$/.exec(line) ?? [];
      for (const name of [...listed.split(", "), joined]) missing.delete(name);
    }
  }

  /** The next line that is as wanted. */
  async wait(wanted: string): Promise<void> {
    while (await this.hear() !== wanted);
  }

  [Symbol.dispose](): void {
    this.#lines.releaseLock();
    closeOnce(this.#conn); // its stream closes it at its end
  }
}

async function chatTogether(server: Server, people: number, linesEach: number): Promise<void> {
  const names = new Set(Array.from({ length: people }, (_, at) => `guest-${at}`));
  using stack = new DisposableStack();
  const guests = await Promise.all([...names].map((name) => Guest.enter(server, name)));
  for (const guest of guests) stack.use(guest);
  await Promise.all(guests.map((guest) => guest.meet(names)));
  await Promise.all(guests.map(async (guest) => {
    for (let line = 0; line < linesEach; line++) await guest.say(`line ${line}`);
  }));
  await Promise.all(guests.map(async (guest) => {
    const heard = new Map<string, number>();
    for (let count = 0; count < (people - 1) * linesEach; count++) {
      let heardLine = await guest.hear();
      // Who is in another thread may be listed before the room is told that it has joined.
      while (heardLine.endsWith(" has joined")) heardLine = await guest.hear();
      const [, speaker, line] = /^(\S+): line (\d+)$/.exec(heardLine) ?? [];
      assert(speaker !== guest.name && names.has(speaker));
      assertEquals(Number(line), heard.get(speaker) ?? 0);
      heard.set(speaker, Number(line) + 1);
    }
  }));
}

for (const { name, args } of MODELS.map(withoutPause).filter(({ isSerial }) => !isSerial)) {
  test(`${name} --handler chat: each hears all others, and who comes and goes`, async () => {
    await using server = await Server.start([...args, "--quiet", "--handler", "chat"]);
    await chatTogether(server, 4, 20);
    using ann = await Guest.enter(server, "ann");
    await ann.meet(new Set(["ann"])); // in another thread, bob might have joined before her
    {
      using bob = await Guest.enter(server, "bob");
      await ann.wait("* bob has joined");
      await bob.say("/name bert", "hello", "/quit");
      await bob.wait("* goodbye");
    }
    await ann.wait("bert: hello");
    await ann.wait("* bert has left");
    using _again = await Guest.enter(server, "bert"); // the name is free again
    await ann.wait("* bert has joined");
  });
}

/**
 * One of each way in which a loop serves many. The rooms are those of a file's handler, with which
 * crowd_test.ts has many clients behind every model, and one that does not read.
 */
const LOOPS = MODELS.filter(({ args: [model] }) =>
  ["epoll", "reuseport", "offload", "gevent", "async"].includes(model)
);

for (const { name, args } of LOOPS) {
  test(`${name} --handler chat: 200 people hear each other, all once and in order`, async () => {
    await using server = await Server.start([...args, "--quiet", "--handler", "chat"]);
    await chatTogether(server, 200, 3);
  });

  test(`${name} --handler chat: one who does not read is let go, and holds up nobody`, async () => {
    await using server = await Server.start([...args, "--quiet", "--handler", "chat"]);
    using ann = await Guest.enter(server, "ann");
    await ann.meet(new Set(["ann"]));
    using deaf = await server.connect();
    await writeAll(deaf, encode("deaf\n"));
    await ann.wait("* deaf has joined");
    using bob = await Guest.enter(server, "bob");
    await ann.wait("* bob has joined");
    const lines = Array.from({ length: 60 }, () => "x".repeat(1_000));
    for (let isThere = true; isThere;) {
      await bob.say(...lines, "end");
      for (let line; (line = await ann.hear()) !== "bob: end";) {
        if (line === "* deaf has left") isThere = false;
      }
    }
    await ann.say("still here");
    await bob.wait("ann: still here");
    await readToEnd(deaf).catch(() => {}); // what was on its way, or that the connection is reset
  });
}
