/**
 * Servers that speak first, as the clients of Bendersky's articles on concurrent servers expect them.
 *
 * @module
 */

import { assertEquals } from "../harness/assert.ts";
import { decode, encode } from "../harness/bytes.ts";
import { readExactly, readToEnd, writeAll } from "../harness/clients.ts";
import { Server } from "../harness/playground.ts";
import { test } from "../harness/test.ts";
import { MODELS } from "./models.ts";

/** What a client sends, piece by piece, and what it reads before it sends the next. */
type Talk = readonly (readonly [sent: string, answer: string])[];

const PIECES: Talk = [
  ["", "*"],
  ["abcdef", ""],
  ["^", ""],
  ["f", "g"],
  ["1234", "2345"],
  ["$", ""],
  ["1234", ""],
  ["^", ""],
  ["xy", "yz"],
];

const AT_ONCE: Talk = [["", "*"], ["^ab$^kl$^80$50", "bclm91"]];

async function talk(server: Server, pieces: Talk): Promise<void> {
  using conn = await server.connect();
  for (const [sent, answer] of pieces) {
    await writeAll(conn, encode(sent));
    assertEquals(decode(await readExactly(conn, answer.length)), answer);
  }
  await conn.closeWrite();
  assertEquals(decode(await readToEnd(conn)), ""); // nothing came beside
}

for (const { name, args } of MODELS) {
  test(`${name} --handler star: each client is greeted, and answered in its turn`, async () => {
    await using server = await Server.start([...args, "--quiet", "--handler", "star"]);
    await Promise.all([talk(server, PIECES), talk(server, AT_ONCE), talk(server, PIECES)]);
    await talk(server, AT_ONCE);
  });
}
