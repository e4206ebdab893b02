/**
 * How models wait when a handler asks for it. It is measured, so nothing else runs meanwhile.
 *
 * @module
 */

import { assertEquals, assertGreaterOrEqual, assertLess } from "../../harness/assert.ts";
import { exchange } from "../../harness/clients.ts";
import { Server } from "../../harness/playground.ts";
import { test } from "../../harness/test.ts";
import { MODELS } from "../models.ts";

for (const model of MODELS) {
  const { name, args, servesAtOnce = Infinity } = model;
  test(
    `${name}: with --sleep 100, 20 clients sleep ${
      servesAtOnce === Infinity ? "at the same time" : `${servesAtOnce} at a time`
    }`,
    async () => {
      // Serial or not, all connect at once: whose turn it is not waits in the backlog, or a queue.
      const spares = model.spareFlags?.(20) ?? [];
      await using server = await Server.start([...args, "--quiet", "--sleep", "100", ...spares]);
      const beganMs = performance.now();
      await Promise.all(Array.from({ length: 20 }, async (_, index) => {
        using conn = await server.connect();
        assertEquals(await exchange(conn, `client ${index}`), `client ${index}`);
      }));
      const elapsedMs = performance.now() - beganMs;
      const inARow = Math.max(1, Math.ceil(20 / servesAtOnce));
      assertGreaterOrEqual(elapsedMs, inARow * 99);
      assertLess(elapsedMs, inARow * 100 + 500);
    },
  );
}
