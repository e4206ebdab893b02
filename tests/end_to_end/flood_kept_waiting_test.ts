/**
 * A flood that the system keeps waiting at its end, longer than it waits for answers.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { LAST_ECHOES_MS } from "../../clients/flood/options.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals } from "../harness/assert.ts";
import { decode, encode } from "../harness/bytes.ts";
import { writeAll } from "../harness/clients.ts";
import { chunks } from "../harness/flood.ts";
import { EachOf } from "../harness/interrupted.ts";
import { spawn } from "../harness/playground.ts";
import { Target } from "../harness/target.ts";
import { test } from "../harness/test.ts";

const CONNS = 3;

/** A target that echoes nothing before the flood has ended, and then all when it is told to. */
function lateTarget() {
  const [asked, ended] = [new EachOf(CONNS, 1), new EachOf(CONNS, 1)];
  const answers = Promise.withResolvers<void>();
  const target = new Target(async (conn, index) => {
    let text = "";
    for await (const chunk of chunks(conn)) {
      text += decode(chunk);
      asked.count(index);
    }
    ended.count(index);
    await answers.promise;
    await writeAll(conn, encode(text));
  });
  return { target, asked: asked.done, ended: ended.done, answer: answers.resolve };
}

/** @returns what the flood says; nothing if it could not be stopped before its time was over */
async function floodKeptWaiting(sockets: string): Promise<Record<string, unknown> | undefined> {
  const { target, asked, ended, answer } = lateTarget();
  await using _ = target;
  const args = ["--no-wait", "--rate", "20", "--duration", "0", "--json"];
  const flood = spawn([
    ...["flood", "--sockets", sockets, "--port", String(target.port)],
    ...["--conns", String(CONNS), ...args],
  ]);
  await flood.stdin.close();
  await asked;
  const beganMs = performance.now();
  flood.kill("SIGINT");
  await ended;
  flood.kill("SIGSTOP");
  const isInTime = performance.now() - beganMs < LAST_ECHOES_MS;
  answer();
  await delay(LAST_ECHOES_MS + 200);
  flood.kill("SIGCONT");
  const { stdout } = await flood.output();
  return isInTime ? JSON.parse(decode(stdout)) : undefined;
}

for (const sockets of ["deno", "libc"]) {
  test(
    `on ${sockets} sockets: what has come while a flood was kept waiting is answered`,
    async () => {
      let said;
      while ((said = await floodKeptWaiting(sockets)) === undefined);
      assertEquals([said.messagesUnanswered, said.lost], [0, 0]);
      assertEquals(said.messagesEchoed, said.messagesSent);
    },
    { ignore: !hasSystemCalls() },
  );
}
