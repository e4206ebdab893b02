// @ts-types="../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import { NOTHING_RARE, Recorder } from "../servers/shared_memory/recorder.ts";
import { createStatsMemory } from "../servers/shared_memory/stats.ts";
import { createTraceMemory } from "../servers/shared_memory/trace.ts";
import { Log } from "../servers/supervisor/log.ts";
import type { Reporter } from "../servers/supervisor/reporter.ts";
import { assertEquals } from "./harness/assert.ts";
import { FakeConnection } from "./harness/fake_connection.ts";
import { test } from "./harness/test.ts";
import "./harness/sanitizers.ts";

/** Longer than the log goes without looking. */
const SEVERAL_LOOKS_MS = 200;

test("the log tells what happened before it began, but not before it began", async () => {
  const [stats, trace] = [createStatsMemory(), createTraceMemory()];
  const told: string[] = [];
  const { promise: told3, resolve } = Promise.withResolvers<void>();
  const reporter: Pick<Reporter, "record" | "more"> = {
    record: ({ event }) => void (told.push(event) === 3 && resolve()),
    more: () => {},
  };
  const log = new Log(trace, stats, reporter, 20, false);
  const recorder = new Recorder(stats, trace, NOTHING_RARE);
  recorder.waiting();
  recorder.accepted(new FakeConnection());
  await delay(SEVERAL_LOOKS_MS);
  assertEquals(told, []);
  log.begin();
  recorder.closed(new FakeConnection());
  await told3;
  assertEquals(told, ["waiting", "accepted", "closed"]);
  log.close();
});
