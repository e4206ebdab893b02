/**
 * One client that wants much, and one that wants little.
 *
 * @module
 */

import { assertEquals, assertGreater } from "../harness/assert.ts";
import { encode } from "../harness/bytes.ts";
import { readExactly, writeAll } from "../harness/clients.ts";
import { Server } from "../harness/playground.ts";
import { test } from "../harness/test.ts";
import { isModelName, modelEntry } from "../../servers/registry.ts";
import { MODELS, withoutPause } from "./models.ts";

/** So many answers of five bytes each does one client ask for at once. */
const ANSWERS = 200_000;
/** How many of them may be sent at most, on the average, before another client has its answer. */
const ANSWERS_BEFORE_OTHERS = 2_000;
const REQUEST = "5\n";

/**
 * Each thread serves many clients in turn. Deno's sockets hold so much that it is over before anybody can
 * see it, and so do threads that answer several clients at the same time.
 */
const LOOPS = MODELS.map(withoutPause).filter((
  { args: [model, ...flags], servesAtOnce, isLimited },
) =>
  flags.includes("libc") && servesAtOnce === undefined && !isLimited &&
  !["threads", "sharedThread"].includes(servedByOf(model))
);

function servedByOf(model: string): string {
  return isModelName(model) ? modelEntry(model).servedBy : "";
}

for (const { name, args } of LOOPS) {
  test(`${name}: a client with a long answer in many parts does not keep others waiting`, async () => {
    const handler = ["--handler", "bytes", "--recv-size", "1048576"];
    await using server = await Server.start([...args, ...handler, "--quiet", "--grace", "0"]);
    {
      using other = await server.connect();
      await ask(other);
      using greedy = await server.connect();
      let most = 0;
      // On a busy machine this process may be kept waiting as well: then it asks again.
      for (let tries = 0; tries < 5 && most <= ANSWERS / ANSWERS_BEFORE_OTHERS; tries++) {
        most = Math.max(most, await answersMeanwhile(greedy, other));
      }
      assertGreater(most, ANSWERS / ANSWERS_BEFORE_OTHERS);
    } // the stop would wait for them
    assertEquals((await server.stop()).code, 0);
  });
}

/** How many answers `other` gets, one after another, while `greedy` gets all that it has asked for. */
async function answersMeanwhile(greedy: Deno.TcpConn, other: Deno.TcpConn): Promise<number> {
  let isAnswered = false;
  const reading = readExactly(greedy, ANSWERS * 5).then((bytes) => {
    isAnswered = true;
    return bytes.length;
  });
  const writing = writeAll(greedy, encode(REQUEST.repeat(ANSWERS)));
  let count = 0;
  for (; !isAnswered; count++) await ask(other);
  await writing;
  assertEquals(await reading, ANSWERS * 5);
  return count;
}

async function ask(conn: Deno.TcpConn): Promise<void> {
  await writeAll(conn, encode(REQUEST));
  assertEquals((await readExactly(conn, 5)).length, 5);
}
