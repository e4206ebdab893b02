/**
 * The time that the page shows: how it passes, and what of it is seen.
 *
 * @module
 */

import { messagesOf, quoted } from "../../../../servers/watch/page/bytes.js";
import { nextEventMs, previousEventMs } from "../../../../servers/watch/page/events.js";
import { History } from "../../../../servers/watch/page/history.js";
import { ShownTime, shownUntil } from "../../../../servers/watch/page/shown.js";
import { assertEquals } from "../../../harness/assert.ts";
import "../../../harness/sanitizers.ts";

const START_MS = 1_000;
const END_MS = 101_000;

/** The time of a page on a server that runs, or on a recording, whose end is shown. */
function timeOf(isLive: boolean): ShownTime {
  const time = new ShownTime(isLive);
  time.pass(0, START_MS, END_MS);
  if (!isLive) time.seek(END_MS);
  return time;
}

/** The window in milliseconds after the start. */
function seen({ shown: { atMs, fromMs, toMs } }: ShownTime) {
  return [atMs, fromMs, toMs].map((timeMs) => Math.round(timeMs - START_MS));
}

for (const speed of [1, 0.1, 0.01, 10]) {
  Deno.test(`at speed ${speed} the past passes ${speed} times as fast`, () => {
    for (const isLive of [true, false]) {
      const time = timeOf(isLive);
      time.seek(START_MS + 50_000);
      time.setSpeed(speed);
      time.toggle();
      time.pass(1_000, START_MS, END_MS + 1_000);
      const spanMs = 15_000 * Math.min(1, speed);
      const atMs = 50_000 + 1_000 * speed;
      assertEquals(seen(time), [atMs, atMs - spanMs, atMs]);
    }
  });
}

Deno.test("stopped at a time that is taken back, it goes on with the present", () => {
  const time = timeOf(true);
  time.toggle();
  time.pass(0, START_MS, END_MS - 500);
  time.pass(0, START_MS, END_MS + 60_000);
  time.toggle();
  assertEquals(time.isPresent, true);
});

Deno.test("the present gets slow from where it is, while it goes on being received", () => {
  const time = timeOf(true);
  time.setSpeed(0.1);
  time.pass(2_000, START_MS, END_MS + 2_000);
  assertEquals([time.isPresent, time.isPaused], [false, false]);
  assertEquals(seen(time)[0], 100_200);
  time.toPresent();
  assertEquals([time.isPresent, time.speed], [true, 1]);
  assertEquals(seen(time), [102_000, 87_000, 102_000]);
});

Deno.test("the past that is played faster than time reaches the present, and follows it", () => {
  const time = timeOf(true);
  time.seek(END_MS - 1_000);
  time.setSpeed(10);
  time.toggle();
  time.pass(200, START_MS, END_MS + 200);
  assertEquals([time.isPresent, time.isPaused, time.speed], [true, false, 1]);
});

Deno.test("a pause ends in the present, and elsewhere time goes on from there", () => {
  const time = timeOf(true);
  time.toggle();
  time.pass(5_000, START_MS, END_MS + 5_000);
  assertEquals(seen(time)[0], 100_000);
  time.toggle();
  time.pass(0, START_MS, END_MS + 5_000);
  assertEquals([time.isPresent, seen(time)[0]], [true, 105_000]);
  time.seek(END_MS);
  time.toggle();
  time.pass(1_000, START_MS, END_MS + 6_000);
  assertEquals([time.isPresent, seen(time)[0]], [false, 101_000]);
});

Deno.test("a recording stops at its end, and then begins again", () => {
  const time = timeOf(false);
  time.seek(END_MS - 100);
  time.toggle();
  time.pass(200, START_MS, END_MS);
  assertEquals([time.isPaused, time.isOver, seen(time)[0]], [true, true, 100_000]);
  time.toggle();
  time.pass(50, START_MS, END_MS);
  assertEquals(seen(time)[0], 50);
});

Deno.test("zoomed, what is under the pointer stays there, and the same back ends where it began", () => {
  const time = timeOf(true);
  const pointerMs = END_MS - 10_000;
  time.zoom(0.1, pointerMs);
  assertEquals(time.isPresent, false);
  assertEquals(seen(time), [91_000, 89_500, 91_000]);
  time.zoom(10, pointerMs);
  assertEquals(seen(time).slice(1), [85_000, 100_000]);
});

Deno.test("one can zoom from 10 ms to a minute, and never out of what is known", () => {
  const time = timeOf(true);
  for (let i = 0; i < 50; i++) time.zoom(0.5);
  assertEquals([time.spanMs, time.isPresent], [10, true]);
  for (let i = 0; i < 50; i++) time.zoom(2);
  assertEquals(time.spanMs, 60_000);
  time.pan(-1e9);
  assertEquals(seen(time), [60_000, 0, 60_000]);
  time.pan(1e9);
  assertEquals(seen(time), [60_000, 40_000, 100_000]);
  time.resetZoom();
  assertEquals(seen(time), [60_000, 45_000, 60_000]);
});

Deno.test("paused on a server that is younger than the window, what is seen stands still", () => {
  for (const factor of [0.8, 1 / 0.8]) {
    const time = new ShownTime(true);
    time.pass(0, START_MS, START_MS + 8_000);
    time.toggle();
    time.zoom(factor);
    const zoomed = seen(time);
    assertEquals(zoomed, [8_000, 8_000 - 15_000 * factor, 8_000]);
    for (let laterMs = 0; laterMs < 20_000; laterMs += 500) {
      time.pass(500, START_MS, START_MS + 8_000 + laterMs);
      assertEquals(seen(time), zoomed);
    }
    // To the left there is nothing that is known; to the right there is what happened meanwhile.
    time.pan(-1_000);
    assertEquals(seen(time), zoomed);
    time.pan(1_000);
    assertEquals(seen(time).at(-1), 9_000);
    time.pan(-1_000);
    assertEquals(seen(time).slice(1), zoomed.slice(1));
  }
});

Deno.test("in a zoomed window the cursor moves, and at an edge the window moves with it", () => {
  const time = timeOf(false);
  time.seek(START_MS + 50_000);
  time.zoom(0.1);
  time.seek(START_MS + 49_000);
  assertEquals(seen(time), [49_000, 48_500, 50_000]);
  time.seek(START_MS + 40_000);
  assertEquals(seen(time), [40_000, 40_000, 41_500]);
  time.point(START_MS + 41_000);
  time.toggle();
  time.pass(1_000, START_MS, END_MS);
  assertEquals(seen(time), [42_000, 40_500, 42_000]);
});

Deno.test("a step that would not be seen zooms in until it is, unless people have zoomed", () => {
  const time = timeOf(false);
  time.seek(START_MS + 50_000);
  time.stepTo(START_MS + 50_001);
  assertEquals(time.spanMs, 50);
  time.stepTo(START_MS + 50_030);
  assertEquals(seen(time), [50_030, 49_980, 50_030]);
  time.seek(START_MS + 60_000);
  assertEquals(time.spanMs, 15_000);
  time.zoom(0.5);
  time.stepTo(START_MS + 60_001);
  assertEquals(time.spanMs, 7_500);
});

Deno.test("a step leads exactly to its event, also at the edge of a window", () => {
  const zeroMs = 1_795_720_306_522.123;
  const time = new ShownTime(false);
  time.pass(0, zeroMs, zeroMs + 100_000);
  time.zoom(0.7);
  for (let ms = 20_000.111; ms < 80_000; ms += 777.777) {
    const toMs = zeroMs + 100_000 - ms;
    time.stepTo(toMs);
    assertEquals(time.shown.atMs, toMs);
  }
});

Deno.test("what happens at one time is one step, forth and back", () => {
  const history = new History();
  const phases = [[10, 0, 0, 0], [20, 0, 2, 1], [20, 0, 3, 1], [20, 0, 5, 1], [30, 0, 0, 0]];
  history.apply({ timeMs: 40, peers: [], changes: [], phases });
  assertEquals([10, 20].map((ms) => nextEventMs(history, ms)), [20, 30]);
  assertEquals([30, 20].map((ms) => previousEventMs(history, ms)), [20, 10]);
  assertEquals(previousEventMs(history, 10), undefined);
});

Deno.test("a run that has ended is shown as it was at its end", () => {
  const shown = { ...timeOf(true).shown, isPaused: true };
  const { atMs, fromMs, toMs } = shownUntil(shown, END_MS - 5_000);
  assertEquals([atMs, toMs, toMs - fromMs], [END_MS - 5_000, END_MS - 5_000, 15_000]);
  assertEquals(shownUntil(shown, END_MS), shown);
});

Deno.test("the bytes of a piece are those that its client sent last", () => {
  const history = new History();
  const frame = (timeMs: number, transfers: number[][], texts: unknown[][]) =>
    history.apply({ timeMs, peers: [], changes: [], transfers, texts });
  frame(100, [[60, 1, 0, 5, 0], [61, 2, 0, 3, 0], [62, 1, 0, 0, 5]], [
    [60, 1, "hello"],
    [61, 2, "abc"],
    [62, 1, "HELLO"],
  ]);
  frame(200, [[150, 1, 0, 60, 0], [160, 1, 0, 7, 0], [190, 1, 0, 0, 67]], [
    [150, 1, "x".repeat(48)],
    [160, 1, "later\r\n"],
  ]);
  const hello = { received: { bytes: 5, text: "hello" }, more: 0 };
  const sent = { bytes: 5, text: "HELLO" };
  assertEquals(messagesOf(history, 1, 60, 62), { ...hello, sent });
  assertEquals(messagesOf(history, 1, 80, 120), { ...hello, sent: undefined });
  assertEquals(messagesOf(history, 1, 150, 190), {
    received: { bytes: 60, text: "x".repeat(48) },
    sent: { bytes: 67, text: undefined },
    more: 1,
  });
  assertEquals(messagesOf(history, 3, 0, 300).received, undefined);
});

Deno.test("bytes are shown so that control characters are seen, and as text only", () => {
  assertEquals(quoted("a\r\n\u0000\u001b[31m", 9), '"a\\r\\n\\u0000\\u001b[31m"');
  assertEquals(quoted("\u202e<b>", 6), '"\\u202e<b>"');
  assertEquals(quoted("é", 2), '"é"');
  assertEquals(quoted("abc", 4), '"abc"…');
  assertEquals(quoted("\ufffd".repeat(48), 60), `"${"\ufffd".repeat(48)}"…`);
  assertEquals(quoted("\u200f\ufeff", 6), '"\\u200f\\ufeff"');
});
