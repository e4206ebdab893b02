import { Controls, createControlsMemory } from "../../../servers/metrics/controls.ts";
import { assertEquals, assertGreaterOrEqual, assertLess } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

/** Two ends of the same controls. */
function bothEnds(): [Controls, Controls] {
  const memory = createControlsMemory();
  return [new Controls(memory), new Controls(memory)];
}

Deno.test("all that share the controls see a simulated cost", () => {
  const [setting, serving] = bothEnds();
  assertEquals([serving.sleepMs, serving.cpuMs], [0, 0]);
  setting.setSimulatedCost({ sleepMs: 7, cpuMs: 3 });
  assertEquals([serving.sleepMs, serving.cpuMs], [7, 3]);
});

Deno.test("a thread that obeys is held up until the time is over, and then no more", () => {
  const [setting, serving] = bothEnds();
  const beganMs = performance.now();
  setting.holdUp(60);
  serving.obey();
  assertGreaterOrEqual(performance.now() - beganMs, 55); // clocks of milliseconds are rounded
  const afterMs = performance.now();
  for (let turn = 0; turn < 100; turn++) serving.obey();
  assertLess(performance.now() - afterMs, 100 * 50);
  assertEquals(setting.heldMs, 0);
});

Deno.test("the latency of a loop grows until it answers, and is then as it was", async () => {
  const [asking, loop] = bothEnds();
  assertEquals(asking.latencyMs, 0);
  asking.ask();
  await new Promise((resolve) => setTimeout(resolve, 30));
  asking.ask(); // it still owes an answer, and the time counts from the first question
  assertGreaterOrEqual(asking.latencyMs, 25);
  loop.answer();
  const answeredMs = asking.latencyMs;
  assertGreaterOrEqual(answeredMs, 25);
  await new Promise((resolve) => setTimeout(resolve, 20));
  loop.answer(); // nobody has asked
  assertEquals(asking.latencyMs, answeredMs);
});

Deno.test("the latency of several loops is that of the slowest", async () => {
  const memory = createControlsMemory(2);
  const [asking, one, other] = [0, 1, 2].map((worker) => new Controls(memory, worker));
  asking.ask();
  one.answer();
  await new Promise((resolve) => setTimeout(resolve, 30));
  assertGreaterOrEqual(asking.latencyMs, 25);
  other.answer();
  const answeredMs = asking.latencyMs;
  assertGreaterOrEqual(answeredMs, 25);
  asking.ask();
  one.answer();
  other.answer();
  assertLess(asking.latencyMs, answeredMs);
});
