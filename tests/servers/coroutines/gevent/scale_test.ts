import { fileURLToPath } from "node:url";
import {
  type Coroutine,
  type Greenlet,
  sleep,
  spawn,
} from "../../../../servers/coroutines/gevent/mod.ts";
import { assertEquals, assertLess } from "../../../harness/assert.ts";
import { decode } from "../../../harness/bytes.ts";
import { runOnClock } from "../../../harness/hub.ts";
import { test } from "../../../harness/test.ts";

test("gevent: 100,000 sleeping tasks take less than 400 bytes each beyond their generator", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--v8-flags=--expose-gc",
      fileURLToPath(new URL("../../../harness/task_memory.ts", import.meta.url)),
    ],
    stderr: "inherit",
  }).output();
  const seen = JSON.parse(decode(stdout));
  assertEquals([seen.asleep, seen.ended], [100_000, 100_000]);
  assertLess(seen.taskBytes - seen.generatorBytes, 400);
  assertLess(seen.leftBytes, 40); // lists that have grown may keep their size
});

test("gevent: 100,000 tasks, each waiting for the one before, end without deepening the stack", async () => {
  await runOnClock(function* () {
    function* waitFor(greenlet: Greenlet): Coroutine {
      yield* greenlet.join();
    }
    let last: Greenlet = spawn(function* (): Coroutine {
      yield* sleep(1);
    });
    for (let i = 1; i < 100_000; i++) last = spawn(waitFor, last);
    yield* last.join();
    assertEquals(last.successful, true);
  });
});
