// @ts-types="../../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import { NOTHING_RARE } from "../../../servers/metrics/rare_recorder.ts";
import { Recorder } from "../../../servers/metrics/recorder.ts";
import { createStatsMemory } from "../../../servers/metrics/counters.ts";
import { createTraceMemory, TraceWriter } from "../../../servers/metrics/trace.ts";
import { Log } from "../../../servers/runtime/log.ts";
import type { BusyTime } from "../../../servers/runtime/reporter.ts";
import type { Reporter } from "../../../servers/runtime/reporter.ts";
import { assertEquals } from "../../harness/assert.ts";
import { FakeConnection } from "../../harness/fake_connection.ts";
import { test } from "../../harness/test.ts";
import "../../harness/sanitizers.ts";

/** Longer than the log goes without looking. */
const SEVERAL_LOOKS_MS = 200;

const OPTIONS = { maxPerSecond: 20, showsSent: false, sumsUpBusySeconds: true };

test("the log tells what happened before it began, but not before it began", async () => {
  const [stats, trace] = [createStatsMemory(), createTraceMemory()];
  const told: string[] = [];
  const { promise: told3, resolve } = Promise.withResolvers<void>();
  const reporter: Pick<Reporter, "record" | "busy"> = {
    record: ({ event }) => void (told.push(event) === 3 && resolve()),
    busy: () => {},
  };
  const log = new Log(trace, stats, reporter, OPTIONS);
  const recorder = new Recorder(stats, new TraceWriter(trace), NOTHING_RARE);
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

for (const sumsUpBusySeconds of [true, false]) {
  const shown = sumsUpBusySeconds ? 0 : 20;
  test(`of seconds with too many records the first shows 20, and the others ${shown}`, async () => {
    const [stats, trace] = [createStatsMemory(), createTraceMemory()];
    const recorder = new Recorder(stats, new TraceWriter(trace), NOTHING_RARE);
    const lines: string[] = [];
    let busy: BusyTime[] = [];
    let onBusy = () => {};
    const reporter: Pick<Reporter, "record" | "busy"> = {
      record: ({ event }) => void lines.push(event),
      busy: (time) => {
        busy.push(time);
        onBusy();
      },
    };
    const secondEnds = () => new Promise<void>((resolve) => onBusy = resolve);
    const log = new Log(trace, stats, reporter, { ...OPTIONS, sumsUpBusySeconds });
    log.begin();
    for (let i = 0; i < 30; i++) recorder.accepted(new FakeConnection());
    await secondEnds();
    assertEquals([lines.length, busy.length, busy[0].notShown], [20, 1, 10]);
    assertEquals([busy[0].active, busy[0].accepted, busy[0].closed], [30, 30, 0]);
    busy = [];
    for (let i = 0; i < 30; i++) recorder.closed(new FakeConnection());
    await secondEnds();
    assertEquals([lines.length, busy[0].notShown], [20 + shown, 30 - shown]);
    assertEquals([busy[0].active, busy[0].accepted, busy[0].closed], [0, 0, 30]);
    recorder.waiting();
    log.close();
    assertEquals([lines.length, lines.at(-1), busy.length], [21 + shown, "waiting", 1]);
  });
}
