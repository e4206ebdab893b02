/**
 * How models wait when a handler asks for it. Twenty clients are compared with one alone, so it does not
 * matter that other tests run meanwhile.
 *
 * @module
 */

import { assertEquals, assertGreaterOrEqual, assertLess } from "../harness/assert.ts";
import { exchange } from "../harness/clients.ts";
import { Server } from "../harness/playground.ts";
import { testTogether } from "../harness/test.ts";
import { MODELS } from "./models.ts";

testTogether(MODELS.map((model) => {
  const { name, args, servesAtOnce = Infinity } = model;
  // A long sleep makes what a busy machine adds small beside it, which is most where twenty runtimes are
  // to be woken; where nineteen wait for one, it need not be long.
  const sleepMs = servesAtOnce === 1 ? 100 : model.spareFlags === undefined ? 300 : 1_500;
  const manner = servesAtOnce === Infinity ? "at the same time" : `${servesAtOnce} at a time`;
  return {
    name: `${name}: with --sleep ${sleepMs}, 20 clients sleep ${manner}`,
    fn: async () => {
      // Serial or not, all connect at once: whose turn it is not waits in the backlog, or a queue.
      const spares = model.spareFlags?.(20) ?? [];
      await using server = await Server.start([
        ...[...args, "--quiet", "--sleep", String(sleepMs)],
        ...spares,
      ]);
      const inARow = Math.ceil(20 / servesAtOnce) || 1;
      const timesAlone = async () => {
        const aloneMs = await timeMs(() => talkTo(server, "alone"));
        const elapsedMs = await timeMs(async () => {
          const clients = Array.from({ length: 20 }, (_, index) => `client ${index}`);
          await Promise.all(clients.map((text) => talkTo(server, text)));
        });
        assertGreaterOrEqual(elapsedMs, inARow * (sleepMs - 1));
        return elapsedMs / aloneMs;
      };
      // What one client takes on this machine, now, is the measure: 20 in a row would take 20 times that.
      // What else runs on the machine can only add to it, and is gone at another time.
      let least = Infinity;
      for (let tries = 0; tries < 3 && least >= inARow + 3; tries++) {
        least = Math.min(least, await timesAlone());
      }
      assertLess(least, inARow + 3);
    },
  };
}));

async function talkTo(server: Server, text: string): Promise<void> {
  using conn = await server.connect();
  assertEquals(await exchange(conn, text), text);
}

async function timeMs(work: () => Promise<void>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}
