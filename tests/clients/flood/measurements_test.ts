import { Durations, PERCENTILES } from "../../../clients/flood/measurements.ts";
import { formatMs } from "../../../cli/milliseconds.ts";
import { SendTimes } from "../../../clients/flood/send_times.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
  assertNotEquals,
} from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

Deno.test("SendTimes counts from when a message is due if there is a rate", () => {
  const beforeMs = performance.now();
  const times = new SendTimes(50);
  const firstMs = times.dueMs(0);
  assertGreaterOrEqual(firstMs, beforeMs);
  assertLess(firstMs, performance.now() + 20);
  for (const index of [0, 1, 10, 1_000_000]) {
    assert(Math.abs(times.dueMs(index) - firstMs - index * 20) < 0.001);
    times.sent(index); // whenever that is
    assertEquals(times.take(index), times.dueMs(index));
  }
});

Deno.test("SendTimes counts from when a message was sent if there is none", () => {
  const times = new SendTimes(Infinity);
  assertEquals([times.dueMs(0), times.dueMs(1_000)], [0, 0]);
  const beforeMs = performance.now();
  times.sent(0);
  const afterMs = performance.now();
  times.sent(1);
  const sentMs = times.take(0);
  assert(sentMs !== undefined);
  assertGreaterOrEqual(sentMs, beforeMs);
  assertLessOrEqual(sentMs, afterMs);
  assertEquals(times.take(0), undefined);
  assertNotEquals(times.take(1), undefined);
});

Deno.test("SendTimes keeps a bounded number of times, and goes on when they are taken", () => {
  const times = new SendTimes(Infinity);
  for (let index = 0; index < 100_000; index++) times.sent(index);
  const timed = Array.from({ length: 100_000 }, (_, index) => times.take(index))
    .filter((time) => time !== undefined);
  assertGreater(timed.length, 100);
  assertLess(timed.length, 10_000);
  times.sent(100_000);
  assertNotEquals(times.take(100_000), undefined);
});

/** Whether two durations are the same to three digits. */
function assertAbout(actual: number, expected: number): void {
  assertLessOrEqual(Math.abs(actual - expected), expected / 1_000, `${actual} is not ${expected}`);
}

Deno.test("Durations know their percentiles to three digits, whatever their size", () => {
  for (const unitMs of [0.001, 0.017, 1, 60]) {
    const durations = new Durations();
    for (let i = 1_000; i >= 1; i--) durations.record(i * unitMs);
    assertEquals(durations.count, 1_000);
    for (const percentile of PERCENTILES) {
      assertAbout(durations.percentileMs(percentile), percentile * 10 * unitMs);
    }
  }
});

Deno.test("Durations take what is rare into account", () => {
  const durations = new Durations();
  for (let i = 0; i < 998; i++) durations.record(1);
  durations.record(300);
  durations.record(500);
  const percentiles = PERCENTILES.map((percentile) => durations.percentileMs(percentile));
  for (const [index, expected] of [1, 1, 1, 300, 500].entries()) {
    assertAbout(percentiles[index], expected);
  }
});

Deno.test("Durations take anything that a clock gives", () => {
  const durations = new Durations();
  assertEquals([durations.count, durations.percentileMs(99)], [0, 0]);
  durations.record(-0.5); // a clock that is set back
  assertEquals(durations.percentileMs(100), 0);
  durations.record(86_400_000);
  assertAbout(durations.percentileMs(100), 600_000);
});

Deno.test("Durations that are evenly apart count as if each had been recorded", () => {
  for (const count of [0, 1, 7, 100, 10_000]) {
    const [each, together] = [new Durations(), new Durations()];
    for (let i = 0; i < count; i++) each.record(1_000 - i * 0.1);
    together.recordEvenly(1_000, 0.1, count);
    assertEquals(together.count, each.count);
    for (const percentile of PERCENTILES) {
      const [exact, about] = [each.percentileMs(percentile), together.percentileMs(percentile)];
      assertLessOrEqual(Math.abs(about - exact), exact / 100, `${percentile} % of ${count}`);
    }
    assertEquals(together.percentileMs(100), each.percentileMs(100), "the longest is exact");
  }
});

Deno.test("Durations count more than 32 bits do, in other threads as well", () => {
  const durations = new Durations();
  durations.record(5);
  durations.recordEvenly(86_400_000, 0.000_01, 1e12);
  const other = new Durations();
  other.addEncoded(durations.encode());
  for (const { count, percentileMs } of [bound(durations), bound(other)]) {
    assertEquals(count, 1e12 + 1);
    assertAbout(percentileMs(50), 600_000); // longer times count as this
  }
});

function bound(durations: Durations) {
  const percentileMs = (percentile: number) => durations.percentileMs(percentile);
  return { count: durations.count, percentileMs };
}

Deno.test("SendTimes know how many messages are due, and how old those are that are owed", () => {
  const times = new SendTimes(50, 1_000);
  const firstMs = times.dueMs(0);
  assertEquals(
    [0, firstMs - 0.001, firstMs, firstMs + 39, firstMs + 41].map((ms) => times.dueUntil(ms)),
    [0, 0, 1, 2, 3],
  );
  const ages = new Durations();
  times.recordAges(ages, 1, 3, firstMs + 100);
  assertEquals(ages.count, 2);
  assertAbout(ages.percentileMs(50), 60);
  assertAbout(ages.percentileMs(100), 80);
});

Deno.test("SendTimes without a rate know of those that were sent and have not come back", () => {
  const times = new SendTimes(Infinity, 0);
  assertEquals(times.dueUntil(1_000), 0);
  for (let index = 0; index < 4; index++) times.sent(index, index * 10);
  times.take(0);
  times.take(2);
  const ages = new Durations();
  times.recordAges(ages, 1, 4, 100);
  assertEquals(ages.count, 2);
  assertAbout(ages.percentileMs(50), 70);
  assertAbout(ages.percentileMs(100), 90);
});

const SHOWN: [ms: number, shown: string][] = [
  [0, "0 µs"],
  [0.0123, "12 µs"],
  [1, "1.00 ms"],
  [12.345, "12.3 ms"],
  [123.45, "123 ms"],
  [999.4, "999 ms"],
  [999.7, "1.00 s"],
  [1_000, "1.00 s"],
  [61_234, "61.2 s"],
  [600_000, "600 s"],
];

for (const [ms, shown] of SHOWN) {
  Deno.test(`formatMs() shows ${ms} ms as ${shown}`, () => assertEquals(formatMs(ms), shown));
}

Deno.test("durations of several threads together have the percentiles of all", () => {
  const all = new Durations();
  const parts = [new Durations(), new Durations()];
  for (let i = 1; i <= 10_000; i++) {
    all.record(i / 100);
    parts[i % 2].record(i / 100);
  }
  const together = new Durations();
  for (const part of parts) together.addEncoded(part.encode());
  assertEquals(together.count, all.count);
  for (const percentile of PERCENTILES) {
    assertEquals(together.percentileMs(percentile), all.percentileMs(percentile));
  }
});
