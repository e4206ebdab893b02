import process from "node:process";
import { hasSystemCalls } from "../../../servers/system/system_calls.ts";
import { UsageWatch } from "../../../servers/watch/usage_watch.ts";
import { assertEquals, assertGreater } from "../../harness/assert.ts";
import { test } from "../../harness/test.ts";
import "../../harness/sanitizers.ts";

/** CPU time, and not elapsed time: other programs may use the processors meanwhile. */
const BURNT_MICROSECONDS = 100_000;

new UsageWatch(true).poll(1_000, undefined); // its library stays open: no test leaks it

Deno.test("what a server uses is measured anew only when some time has passed", () => {
  const watch = new UsageWatch(false);
  const first = watch.poll(10_000, undefined);
  assertGreater(first.cpuSeconds, 0);
  assertGreater(first.memoryBytes, 1e6);
  assertEquals(watch.poll(10_100, undefined), first);
  assertEquals(watch.poll(10_500, undefined).measuredMs, 10_500);
});

Deno.test("CPU time is scarce when a server uses more than a quarter of the processors", () => {
  for (const [processors, isCpuScarce] of [[0.1, true], [1_000, false]] as const) {
    const watch = new UsageWatch(false, processors);
    const nowMs = Date.now();
    assertEquals(watch.poll(nowMs, undefined).isCpuScarce, false);
    const before = process.cpuUsage();
    while (process.cpuUsage(before).user < BURNT_MICROSECONDS);
    assertEquals(watch.poll(nowMs + 1_000, undefined).isCpuScarce, isCpuScarce);
  }
});

test("serving children count, and the excepted child does not", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "console.log(1); await Deno.stdin.read(new Uint8Array(1))"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = child.stdout.getReader();
  await output.read(); // it runs
  const withChild = new UsageWatch(true).poll(1_000, undefined);
  const without = new UsageWatch(true).poll(1_000, child.pid);
  assertGreater(withChild.memoryBytes, without.memoryBytes + 1e6);
  await child.stdin.close();
  await child.status;
  await output.cancel();
}, { ignore: !hasSystemCalls() });
