import { Patience } from "../../../../clients/flood/libc/patience.ts";
import { assertEquals, assertLess } from "../../../harness/assert.ts";
import "../../../harness/sanitizers.ts";

Deno.test("a thread that was kept waiting goes on for as long as it was late, once and again", () => {
  const patience = new Patience();
  assertEquals(patience.isOver(1e9), false); // it does not wait
  patience.untilMs = 2_000;
  assertEquals(patience.isOver(5_000), false);
  assertEquals(patience.untilMs, 8_000);
  assertEquals(patience.isOver(9_000), false);
  assertEquals([9_999, 10_000].map((nowMs) => patience.isOver(nowMs)), [false, true]);
});

Deno.test("a thread that is late each time, because it has so much to do, ends all the same", () => {
  const patience = new Patience();
  patience.untilMs = 0;
  let nowMs = 30;
  while (!patience.isOver(nowMs)) nowMs += 100;
  assertLess(nowMs, 2_000);
});
