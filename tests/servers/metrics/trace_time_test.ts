import { preciseTimeMs } from "../../../servers/metrics/trace.ts";
import { assert, assertLess, assertLessOrEqual } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

/** Calls `work` while this is the system's clock. */
function withClock(clockMs: () => number, work: () => void): void {
  const { now } = Date;
  Date.now = () => Math.floor(clockMs());
  try {
    work();
  } finally {
    Date.now = now;
  }
}

/** Takes the time, and checks that it is that of the system. */
function checkedTimeMs(): number {
  const beforeMs = Date.now();
  const timeMs = preciseTimeMs();
  assertLessOrEqual(beforeMs, timeMs);
  assertLess(timeMs, Date.now() + 1);
  return timeMs;
}

Deno.test("the time has microseconds, is that of the system, and does not go back", () => {
  const times = Array.from({ length: 50_000 }, checkedTimeMs);
  for (let i = 1; i < times.length; i++) assertLessOrEqual(times[i - 1], times[i]);
  const inOneMs = Map.groupBy(times, Math.floor).values().toArray();
  assert(inOneMs.some((some) => new Set(some).size > 2), "more than two times in a millisecond");
});

Deno.test("the time follows a clock of the system that is set or slewed", () => {
  const [nowMs, beganMs] = [Date.now(), performance.now()];
  for (const aheadMs of [3_600_000, -3_600_000]) withClock(() => nowMs + aheadMs, checkedTimeMs);
  for (const rate of [1.05, 0.95]) {
    let lastMs = 0;
    withClock(() => nowMs + (performance.now() - beganMs) * rate, () => {
      for (let i = 0; i < 20_000; i++) {
        const timeMs = checkedTimeMs();
        assertLessOrEqual(lastMs, timeMs);
        lastMs = timeMs;
      }
    });
  }
  checkedTimeMs();
});
