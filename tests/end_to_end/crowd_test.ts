/**
 * Clients that meet, behind every model: what one says reaches all others once, in its order, and one that
 * does not read is let go and holds up nobody.
 *
 * @module
 */

// @ts-types="../../cli/std/deadline.d.ts"
import { deadline } from "@std/async/deadline";
import { assertEquals } from "../harness/assert.ts";
import { decode, encode } from "../harness/bytes.ts";
import { writeAll } from "../harness/clients.ts";
import { Server } from "../harness/playground.ts";
import { test } from "../harness/test.ts";
import { MODELS, type ModelUnderTest } from "./models.ts";

/** What one `fill` says to all sleepers. */
const FILL_BYTES = 65_536;
/** More than the buffers of a connection and an outbox hold. */
const MOST_FILLS = 1_000;
const LINES_EACH = 3;
const PATIENCE_MS = 30_000;

/** Each line goes to all others, but for the orders. */
const HANDLER = `
const decoder = new TextDecoder();
export default (context) => {
  let rest = "";
  return {
    open: () => "hello\\n",
    *receive(chunk) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\\n");
      rest = lines.pop();
      for (const line of lines) {
        if (line === "sleep") {
          context.join("sleepers");
          yield "joined\\n";
        } else if (line === "who") yield context.members("sleepers").length + "\\n";
        else if (line === "fill") context.broadcast("sleepers", "x".repeat(${
  FILL_BYTES - 1
}) + "\\n");
        else context.broadcast(line + "\\n");
      }
    },
  };
};
`;

/** A client that says and hears lines. */
class Talker implements Disposable {
  readonly #conn: Deno.TcpConn;
  readonly #chunk = new Uint8Array(65_536);
  #lines: string[] = [];
  #rest = "";

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Connects, and resolves when the server has spoken. */
  static async connect(server: Server): Promise<Talker> {
    const talker = new Talker(await server.connect());
    assertEquals(await talker.hear(), "hello");
    return talker;
  }

  async say(...lines: string[]): Promise<void> {
    await writeAll(this.#conn, encode(lines.map((line) => `${line}\n`).join("")));
  }

  hear(): Promise<string> {
    return deadline(this.#hear(), PATIENCE_MS);
  }

  async #hear(): Promise<string> {
    while (this.#lines.length === 0) {
      const count = await this.#conn.read(this.#chunk);
      if (count === null) throw new Error("the server has ended the connection");
      const lines = (this.#rest + decode(this.#chunk.subarray(0, count))).split("\n");
      this.#rest = lines.pop() ?? "";
      this.#lines = lines.reverse();
    }
    return this.#lines.pop() ?? "";
  }

  async ask(line: string): Promise<string> {
    await this.say(line);
    return await this.hear();
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }
}

/** All say their lines at once. Resolves when each has heard those of all others, in their orders. */
async function talk(crowd: readonly Talker[]): Promise<void> {
  const saying = crowd.map((talker, from) =>
    talker.say(...Array.from({ length: LINES_EACH }, (_, n) => `${from} ${n}`))
  );
  const hearing = crowd.map(async (talker, self) => {
    const heard = new Array<number>(crowd.length).fill(0);
    heard[self] = LINES_EACH; // it does not hear itself
    for (let left = (crowd.length - 1) * LINES_EACH; left > 0; left--) {
      const [from, n] = (await talker.hear()).split(" ").map(Number);
      assertEquals(n, heard[from]++, `client ${self} hears client ${from}`);
    }
    assertEquals(heard, heard.map(() => LINES_EACH));
  });
  await Promise.all([...saying, ...hearing]);
}

/** How many clients there are besides those that fill, and sleep. The tests of `chat` have hundreds. */
function crowdOf({ servesAtOnce, isLimited }: ModelUnderTest): number {
  return servesAtOnce !== undefined ? servesAtOnce - 3 : isLimited ? 12 : 37;
}

for (const model of MODELS) {
  const { name, args, isSerial } = model;
  if (isSerial) continue;

  test(`${name}: clients meet, and one that does not read is let go`, async () => {
    const path = await Deno.makeTempFile({ suffix: ".mjs" });
    await Deno.writeTextFile(path, HANDLER);
    await using server = await Server.start([...args, "--quiet", "--handler", path]);
    const talkers: Talker[] = [];
    try {
      const connecting = Array.from({ length: crowdOf(model) + 3 }, () => Talker.connect(server));
      talkers.push(...await Promise.all(connecting));
      const [filler, witness, sleeper, ...crowd] = talkers;
      // The three hear the others as well, so they listen first.
      assertEquals([await witness.ask("sleep"), await sleeper.ask("sleep")], ["joined", "joined"]);
      let fills = 0;
      for (let there = "2"; there !== "1"; fills++) {
        if (fills > MOST_FILLS) throw new Error("the client that does not read is still there");
        await filler.say("fill");
        assertEquals((await witness.hear()).length, FILL_BYTES - 1);
        there = await witness.ask("who");
      }
      await talk([filler, witness, ...crowd]);
    } finally {
      for (const talker of talkers) talker[Symbol.dispose]();
      await Deno.remove(path);
    }
    const { code } = await server.stop();
    assertEquals(code, 0);
  });
}
