/**
 * What the charts draw of a run.
 *
 * @module
 */

import type { Frame } from "../../../../servers/watch/frames.ts";
import { assertEquals } from "../../../harness/assert.ts";
import { browserTest, type Page } from "../../../harness/browser.ts";
import { FakePage, nthFrame } from "../../../harness/fake_page.ts";
import { FakeRun } from "../../../harness/fake_run.ts";
import "../../../harness/sanitizers.ts";

const START_MS = 1_000_000;
const FRAME_MS = 50;
const GAP_MS = 5_000;

/** Times in seconds between which a chart draws a line. */
type Line = readonly [from: number, to: number];

/** The lines that each chart draws of some frames. */
async function linesOf(page: Page, frames: readonly Frame[]): Promise<Line[][]> {
  const samples = JSON.stringify(frames.map((frame) => ({ frame })));
  const drawn = await page.evaluate<{ times: number[]; values: (number | null)[] }[]>(
    `(async () => {
    const { Charts } = await import("/charts.js");
    const charts = new Charts({ connections: "clients", messages: "messages/s" }, {});
    document.body.append(charts.element);
    const toMs = ${frames[frames.length - 1].timeMs};
    charts.draw(${samples}, { atMs: toMs, fromMs: toMs - 15_000, toMs, zeroMs: ${START_MS} });
    return charts.drawn.map(({ times, values }) => ({ times, values }));
  })()`,
  );
  return drawn.map(({ times, values }) => {
    const lines: [number, number][] = [];
    let isGap = true;
    for (const [i, value] of values.entries()) {
      const seconds = times[i] - START_MS / 1_000;
      if (value === null) isGap = true;
      else if (isGap) lines.push([seconds, seconds]);
      else lines[lines.length - 1][1] = seconds;
      isGap = value === null;
    }
    return lines;
  });
}

for (
  const [name, isWhole] of [["a page was hidden", true], ["nothing was heard", false]] as const
) {
  browserTest(
    `while ${name}, the charts draw no line, and no rate is of that time`,
    (visit) =>
      FakePage.with(visit, async ({ page }) => {
        const run = new FakeRun();
        let timeMs = START_MS;
        const frames: Frame[] = [];
        for (let n = 0; n < 80; n++) {
          const isAfterGap = n === 40;
          timeMs += isAfterGap ? GAP_MS : FRAME_MS;
          const frame = nthFrame(n, timeMs, run);
          frames.push({ ...frame, isWhole: n === 0 || isWhole && isAfterGap });
        }
        const [before, after] = [39, 40].map((n) => (frames[n].timeMs - START_MS) / 1_000);
        for (const lines of await linesOf(page, frames)) {
          assertEquals(lines.length, 2, JSON.stringify(lines));
          const [[, until], [from]] = lines;
          assertEquals([until <= before, from >= after], [true, true], JSON.stringify(lines));
        }
      }),
  );
}
