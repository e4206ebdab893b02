import { delay } from "@std/async/delay";
import { fileURLToPath } from "node:url";
import { settlesWithin } from "../../cli/settles_within.ts";
import { assertEquals, assertGreaterOrEqual } from "../harness/assert.ts";
import { test } from "../harness/test.ts";

const TRIES = 20;
const LIMIT_MS = 50;
const stat = () => Deno.stat(fileURLToPath(import.meta.url));

for (const [when, afterMs] of [["begins", 0], ["ends", 0.85 * LIMIT_MS]] as const) {
  test(`what has settled while this thread was kept waiting as the time ${when} has settled in time`, async () => {
    let settled = 0;
    for (let tries = 0; tries < TRIES;) {
      const beganMs = performance.now();
      const { promise, resolve } = Promise.withResolvers<unknown>();
      const outcome = settlesWithin(promise, LIMIT_MS);
      if (afterMs > 0) await delay(afterMs);
      await stat(); // what a timer has called is not held up: others are asked before the next timer
      if (performance.now() - beganMs > 0.95 * LIMIT_MS) continue; // a busy machine has begun too late
      tries++;
      resolve(stat());
      for (const untilMs = performance.now() + 1.5 * LIMIT_MS; performance.now() < untilMs;);
      if (await outcome) settled++;
    }
    assertEquals(settled, TRIES);
  });
}

test("what does not settle is given up, and not too early", async () => {
  const beganMs = performance.now();
  assertEquals(await settlesWithin(new Promise(() => {}), LIMIT_MS), false);
  assertGreaterOrEqual(performance.now() - beganMs, LIMIT_MS - 1);
});
