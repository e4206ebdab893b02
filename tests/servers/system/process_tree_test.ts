import { ageSeconds, processTree, residentBytes } from "../../../servers/system/process_tree.ts";
import { hasSystemCalls } from "../../../servers/system/system_calls.ts";
import { assertEquals, assertGreater, assertLess } from "../../harness/assert.ts";
import { residentBytes as sumOfResidentBytes } from "../../harness/processes.ts";
import { test } from "../../harness/test.ts";

const BYTES = 30_000_000;
/** A shell with a long text in memory, and four children that were forked and have it, too. */
const SCRIPT = `x=$(head -c ${BYTES} /dev/zero | tr "\\0" a)
exec 3<&0
for i in 1 2 3 4; do (read line <&3; :) & done
echo ready; read line; wait`;

test("what children have not written since they were forked counts once", async () => {
  const child = new Deno.Command("sh", { args: ["-c", SCRIPT], stdin: "piped", stdout: "piped" })
    .spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  const pids = processTree(child.pid).map(({ pid }) => pid);
  const bytes = residentBytes(pids);
  const summed = await sumOfResidentBytes(child.pid);
  await child.stdin.close();
  await reader.cancel();
  await child.status;
  assertGreater(bytes, BYTES);
  assertLess(bytes, 3 * BYTES);
  assertGreater(summed, 5 * BYTES);
}, { ignore: !hasSystemCalls() });

test("a process is as old as the time since it was started", async () => {
  const beforeMs = performance.now();
  const child = new Deno.Command("cat", { stdin: "piped" }).spawn();
  const age = ageSeconds(child.pid);
  const passedSeconds = (performance.now() - beforeMs) / 1_000;
  await child.stdin.close();
  await child.status;
  // In ticks of the system, of which each may be cut off.
  assertLess(Math.abs(age - passedSeconds / 2), passedSeconds / 2 + 0.03);
  assertGreater(ageSeconds(Deno.pid), age);
  assertEquals(ageSeconds(child.pid), NaN);
}, { ignore: !hasSystemCalls() });
