import { geventDemo, geventSleepDemo } from "../../../clients/demo/gevent.ts";
import { greenletDemo } from "../../../clients/demo/greenlet.ts";
import type { Demo } from "../../../clients/demo/stage.ts";
import { yieldDemo } from "../../../clients/demo/yield.ts";
import { assertEquals } from "../../harness/assert.ts";
import { ManualClock } from "../../harness/manual_clock.ts";

/** What a demo prints, each line with the time at which it does. */
async function linesOf(demo: Demo, rounds: number, pauseMs = 500): Promise<string[]> {
  const clock = new ManualClock();
  const lines: string[] = [];
  await demo({
    print: (line) => lines.push(`${clock.nowMs()} ${line}`),
    rounds,
    pauseMs,
    sleepThread: (ms) => clock.advance(ms),
    loop: clock,
  });
  return lines;
}

Deno.test("demo yield: A and B alternate, half a second apart", async () => {
  assertEquals(await linesOf(yieldDemo, 3), [
    "0 ----A---",
    "500 ----B---",
    "1000 ----A---",
    "1500 ----B---",
    "2000 ----A---",
    "2500 ----B---",
  ]);
});

Deno.test("demo greenlet: A and B switch to each other, half a second apart", async () => {
  assertEquals(await linesOf(greenletDemo, 2), [
    "0 ---A--",
    "500 ---B--",
    "1000 ---A--",
    "1500 ---B--",
  ]);
});

Deno.test("demo gevent: 0 1 2 3 4 three times over, in no time", async () => {
  assertEquals(
    await linesOf(geventDemo, 5),
    ["0x1", "0x2", "0x3"].flatMap((address) =>
      [0, 1, 2, 3, 4].map((i) => `0 <Greenlet at ${address}: f(5)> ${i}`)
    ),
  );
});

Deno.test("demo gevent-sleep: 0 0 0 1 1 1 2 2 2, each round half a second later", async () => {
  assertEquals(
    await linesOf(geventSleepDemo, 3),
    [0, 1, 2].flatMap((i) =>
      ["0x1", "0x2", "0x3"].map((address) => `${i * 500} <Greenlet at ${address}: f(3)> ${i}`)
    ),
  );
});
