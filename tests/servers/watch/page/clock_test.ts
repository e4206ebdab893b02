/**
 * How a page estimates the time at a server.
 *
 * @module
 */

import { ServerClock } from "../../../../servers/watch/page/clock.js";
import { assertEquals, assertGreater } from "../../../harness/assert.ts";
import "../../../harness/sanitizers.ts";

const SERVER_MS = 1_000_000;
const FRAME_MS = 50;

/** Does `work` while the page's own time is what it says. */
function withTime(work: (setMs: (ms: number) => void) => void): void {
  const { now } = performance;
  let nowMs = 0;
  performance.now = () => nowMs;
  try {
    work((ms) => nowMs = ms);
  } finally {
    performance.now = now;
  }
}

for (const lateMs of [100, 400, 900]) {
  Deno.test(`frames that come ${lateMs} ms late do not set the time back`, () =>
    withTime((setMs) => {
      const clock = new ServerClock();
      let shownMs = 0;
      for (let ms = 0; ms < 10_000; ms++) {
        setMs(ms);
        const isLate = ms >= 5_000;
        const madeMs = isLate ? ms - lateMs : ms;
        if (madeMs % FRAME_MS === 0 && (!isLate || madeMs >= 5_000)) clock.sync(SERVER_MS + madeMs);
        const { nowMs } = clock;
        assertEquals([ms, nowMs >= shownMs], [ms, true]);
        shownMs = nowMs;
      }
      assertGreater(shownMs, SERVER_MS + 9_000);
    }));
}

Deno.test("a server whose clock is set back is shown with its new time", () =>
  withTime((setMs) => {
    const clock = new ServerClock();
    clock.sync(SERVER_MS);
    setMs(500);
    assertEquals(clock.nowMs, SERVER_MS + 500);
    clock.sync(SERVER_MS - 3_600_000);
    assertEquals(clock.nowMs, SERVER_MS - 3_600_000);
  }));
