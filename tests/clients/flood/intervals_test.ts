/**
 * What a flood gives second by second adds up to what it says at the end.
 *
 * @module
 */

import { type Interval, Intervals } from "../../../clients/flood/intervals.ts";
import { Measurements } from "../../../clients/flood/measurements.ts";
import { assertEquals, assertGreater, assertLess } from "../../harness/assert.ts";
import { echoTarget, FLAWLESS, outcome, testEachFlood } from "../../harness/flood.ts";
import "../../harness/sanitizers.ts";

testEachFlood(
  "a flood gives what each second measured, and all seconds together are the flood",
  async (floodOf) => {
    const intervals: Interval[] = [];
    let echoes = 0;
    await using target = echoTarget(() => {
      // Those that a busy machine was late for come together.
      if (intervals.length >= 1 && ++echoes === 3) flood.stop();
    });
    const flood = floodOf(target, { thinkMs: 5 });
    flood.onInterval = (interval) => intervals.push(interval);
    const beganMs = Date.now();
    await flood.run();
    assertEquals(outcome(flood), FLAWLESS);
    assertEquals(intervals.map(({ index }) => index), intervals.map((_, index) => index));
    const [first, second] = intervals;
    assertEquals([first.startMs, first.endMs, second.startMs], [0, 1_000, 1_000]);
    assertGreater(intervals.at(-1)?.endMs ?? 0, second.startMs);
    assertLess(Math.abs(first.startedAtMs - beganMs), 60_000);
    assertEquals([first.connected, first.waiting], [3, 0]);
    assertGreater(first.measurements.messagesEchoed, 0);
    const later = intervals.slice(1).map(({ measurements }) => measurements.messagesEchoed);
    assertGreater(Math.max(...later), 0);

    const sum = new Measurements();
    for (const { measurements } of intervals) sum.add(measurements);
    const { measurements } = flood;
    assertEquals(sum.counts, measurements.counts);
    for (const name of ["connectTimes", "roundTrips"] as const) {
      assertEquals(sum[name].count, measurements[name].count);
      for (const percentile of [50, 90, 99, 100]) {
        assertEquals(
          sum[name].percentileMs(percentile),
          measurements[name].percentileMs(percentile),
        );
      }
    }
  },
);

Deno.test("an interval waits for all threads, and none is left out", () => {
  const given: [index: number, endMs: number, sent: number][] = [];
  const intervals = new Intervals(2, () => ({ connected: 0, waiting: 0 }));
  intervals.onInterval = ({ index, endMs, measurements }) =>
    given.push([index, endMs, measurements.messagesSent]);
  intervals.begin();
  const slice = new Measurements();
  slice.messagesSent = 1;
  intervals.add(0, slice, { fromMs: 0, toMs: 1_001 });
  assertEquals(given, []);
  intervals.add(1, slice, { fromMs: 0, toMs: 2_500 }); // it was held up
  assertEquals(given, [[0, 1_000, 2]]);
  intervals.add(0, slice, { fromMs: 1_001, toMs: 2_400 });
  assertEquals(given.slice(1), [[1, 2_000, 1]]);
  intervals.add(1, slice, { fromMs: 2_500, toMs: 2_600 });
  intervals.end();
  assertEquals(given.slice(2), [[2, 2_600, 1]]);
  assertEquals(intervals.total.messagesSent, 4);
});
