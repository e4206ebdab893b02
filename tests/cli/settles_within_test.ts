import { fileURLToPath } from "node:url";
import { settlesWithin } from "../../cli/settles_within.ts";
import { assertEquals, assertGreaterOrEqual } from "../harness/assert.ts";
import { test } from "../harness/test.ts";

const TRIES = 20;
const LIMIT_MS = 50;

test("what has settled while this thread was kept waiting has settled in time", async () => {
  let settled = 0;
  for (let count = 0; count < TRIES; count++) {
    const outcome = settlesWithin(Deno.stat(fileURLToPath(import.meta.url)), LIMIT_MS);
    for (const untilMs = performance.now() + 1.5 * LIMIT_MS; performance.now() < untilMs;);
    if (await outcome) settled++;
  }
  assertEquals(settled, TRIES);
});

test("what does not settle is given up, and not too early", async () => {
  const beganMs = performance.now();
  assertEquals(await settlesWithin(new Promise(() => {}), LIMIT_MS), false);
  assertGreaterOrEqual(performance.now() - beganMs, LIMIT_MS - 1);
});
