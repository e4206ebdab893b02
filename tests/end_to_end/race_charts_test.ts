/**
 * What the page of a race makes visible, in a real browser: of a race that nobody has run, whose figures
 * are known.
 *
 * @module
 */

import { en } from "../../cli/messages/en/mod.ts";
import type { Figures } from "../../clients/race/figures.ts";
import { raceAsHtml } from "../../clients/race/html.ts";
import { makeRecord, type RaceRecord } from "../../clients/race/record.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertStringIncludes,
} from "../harness/assert.ts";
import { browserTest, type Page } from "../harness/browser.ts";
import { eventually } from "../harness/eventually.ts";
import { CONDITIONS, FAILED, judgementOf, measured } from "../harness/race.ts";

const DESKTOP = { width: 1_280, height: 900 };
const PHONE = { width: 360, height: 740 };
const HUES = ["hue1", "hue2", "hue3", "hue4", "hue5"];
/** Of a graphic to what is beside it: Web Content Accessibility Guidelines 2.2, 1.4.11. */
const MIN_CONTRAST = 3;

const TYPICAL = {
  allServedMs: 123,
  p50Ms: 0.612,
  p99Ms: 12.3,
  p999Ms: 123,
  cpuSecondsPerMillion: 12.3,
  peakMemoryBytes: 123e6,
  memoryPerClientBytes: 123e3,
  threads: 17,
  processes: 12,
  switchesPerThousand: 1_234,
  wakeUpsPerThousand: 12.3,
};
const rounds = (speed: number, figures: Figures = {}) =>
  [0.98, 1.01, 1, 0.99, 1.02, 0.97, 1.03].map((factor) =>
    measured({ ...TYPICAL, messagesPerSecond: speed * factor, p50Ms: 1e4 / speed, ...figures })
  );
const JUDGEMENT = judgementOf({
  ...Object.fromEntries(
    Array.from({ length: 12 }, (_, at) => [`leader-followers ${at + 10}`, rounds(1e6 / 1.2 ** at)]),
  ),
  "blocking libc": rounds(2e6, { served: 1, p50Ms: 0.01 }),
  broken: [FAILED],
});
const RESULTS = { heats: new Map(), seed: 7, orders: [], heatsDone: 98, heatsAll: 98 };
const RECORD = makeRecord(JUDGEMENT, CONDITIONS, RESULTS, en);

/** Chart.js, as the code sees it that runs in the page. */
declare const Chart: {
  getChart(id: string): {
    chartArea: { right: number; bottom: number };
    canvas: HTMLElement;
    data: {
      labels?: (string | string[])[];
      datasets: {
        label: string;
        data: unknown[];
        borderColor: string;
        backgroundColor: string[];
      }[];
    };
    options: { plugins: { rounds: { rows: { rounds: number[]; interval?: unknown }[] } } };
    getDatasetMeta(index: number): { data: { x: number; y: number }[] };
  };
};
declare const drawn: { text: string; x: number; y: number; id: string }[];
interface HTMLElement {
  getBoundingClientRect(): { left: number; top: number };
}

async function withPage(page: Page, work: (record: RaceRecord) => Promise<void>): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".html" });
  try {
    await Deno.writeTextFile(file, await raceAsHtml(JUDGEMENT, RECORD, "en", en));
    await page.setViewportSize(DESKTOP);
    await page.goto(`file://${file}`);
    await work(RECORD);
  } finally {
    await Deno.remove(file);
  }
}

/** The value of a color of the page's style, such as `#1f66b5`. */
function colorsOf(page: Page, names: readonly string[]): Promise<string[]> {
  return page.evaluate(
    `${JSON.stringify(names)}.map((name) =>
      getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim())`,
  );
}

/** How bright a color is, as the guidelines define it. */
function luminance(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark, bright] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

browserTest(
  "every server has its place in every chart, with its rounds and its interval",
  async ({ page, complaints }) => {
    await withPage(page, async ({ servers, conclusion = "" }) => {
      for (
        const [id, figure, unit] of [
          ["throughput", "messagesPerSecond", 1],
          ["memory", "peakMemoryBytes", 1e6],
          ["cpu", "cpuSecondsPerMillion", 1],
        ] as const
      ) {
        const { labels = [], rows } = await page.evaluate((id) => {
          const { data, options } = Chart.getChart(id);
          return { labels: data.labels, rows: options.plugins.rounds.rows };
        }, id);
        assertEquals(labels.slice(-2), [
          "blocking libc (did not hold the load)",
          "broken (failed)",
        ]);
        assertEquals(labels.slice(0, -2), servers.slice(0, -2).map(({ name }) => name));
        servers.forEach(({ rounds, intervals }, at) => {
          const values = rounds.flatMap(({ figures }) => figures[figure] ?? []);
          assertEquals(rows[at].rounds, values.map((value) => value / unit));
          const interval = intervals[figure];
          assertEquals(
            rows[at].interval,
            interval && { low: interval.low / unit, high: interval.high / unit },
          );
        });
      }
      assertEquals(await page.locator(".conclusion").innerText(), conclusion);
      assertStringIncludes(await page.locator("body").innerText(), "as soon as it has its answer");
      const apart = await page.locator("#figures .apart tr").allInnerTexts();
      assertEquals(apart.length, 3);
      assert(apart[0].startsWith("did not hold the load") && apart[1].startsWith("blocking libc"));
      const kept = await page.locator("#rounds tbody tr").allInnerTexts();
      assertEquals(kept.map((row) => row.split("\t").length), [...Array(13).fill(9), 3]);
    });
    assertEquals(complaints, []);
  },
);

browserTest("a wide page shows all columns, and a phone the most important", async ({ page }) => {
  const shown = () => page.locator("#figures th:visible").allInnerTexts();
  const overflow = () =>
    page.evaluate(`(() => {
      const { scrollWidth, clientWidth } = document.getElementById("figures").parentElement;
      return scrollWidth - clientWidth + document.documentElement.scrollWidth - innerWidth;
    })()`);
  await withPage(page, async () => {
    assertEquals((await shown()).length, 16);
    await eventually(async () => assertEquals(await overflow(), 0));
    await page.setViewportSize(PHONE);
    await eventually(async () => {
      assertEquals(await shown(), ["server", "messages/s", "ratio", "99 %"]);
      assertEquals(await overflow(), 0);
    });
  });
});

browserTest(
  "at most five hues; the others are grey until they are pointed at",
  async ({ page }) => {
    await withPage(page, async ({ servers }) => {
      const lines = () =>
        page.evaluate(() =>
          Chart.getChart("latency").data.datasets.map(({ borderColor }) => borderColor)
        );
      const [rest, text, ...hues] = await colorsOf(page, ["rest", "text", ...HUES]);
      const expected = servers.map((_, at) => hues[at] ?? rest);
      assertEquals(await lines(), expected);
      for (const id of ["throughput", "memory", "cpu"]) {
        const colors = await page.evaluate(
          (id) => Chart.getChart(id).data.datasets[0].backgroundColor,
          id,
        );
        assertEquals(colors, expected);
      }
      const grey = servers.findIndex(({ name }) => name === "leader-followers 19");
      await page.locator("#latency").scrollIntoViewIfNeeded();
      await eventually(async () => { // a chart takes its size with its next drawing
        const at = await page.evaluate((index) => {
          const chart = Chart.getChart("latency");
          const { left, top } = chart.canvas.getBoundingClientRect();
          const { x, y } = chart.getDatasetMeta(index).data[5];
          return { x: left + x, y: top + y };
        }, grey);
        await page.mouse.move(at.x, at.y);
        assertEquals(await lines(), expected.with(grey, text));
      });
    });
  },
);

browserTest("all colors stand out from a light ground and from a dark one", async ({ page }) => {
  await withPage(page, async () => {
    const grounds = new Set<string>();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const [ground, ...others] = await colorsOf(page, [
        "ground",
        "text",
        "faint",
        "rest",
        ...HUES,
      ]);
      grounds.add(ground);
      assertEquals(new Set(others).size, others.length);
      for (const color of others) assertGreater(contrast(color, ground), MIN_CONTRAST, color);
    }
    assertEquals(grounds.size, 2);
  });
});

browserTest("each line has its name at its end, and no two names meet", async ({ page }) => {
  await page.addInitScript(() => {
    const all: typeof drawn = [];
    Object.assign(globalThis, { drawn: all });
    // The prototype of what draws in the page, which the types of this file do not know.
    const { prototype } = Reflect.get(globalThis, "CanvasRenderingContext2D");
    const { fillText } = prototype;
    prototype.fillText = function (text: string, x: number, y: number) {
      all.push({ text, x, y, id: this.canvas.id });
      fillText.call(this, text, x, y);
    };
  });
  await withPage(page, async ({ servers }) => {
    const { right, bottom, names } = await page.evaluate(() => {
      const { chartArea: { right, bottom } } = Chart.getChart("latency");
      const names = drawn.filter(({ id, x }) => id === "latency" && x > right);
      return { right, bottom, names };
    });
    const last = new Map(names.map((one) => [one.text, one]));
    assertEquals([...last.keys()].toSorted(), servers.map(({ name }) => name).toSorted());
    const ys = [...last.values()].map(({ y }) => y).toSorted((a, b) => a - b);
    for (let at = 1; at < ys.length; at++) assertGreater(ys[at] - ys[at - 1], 11);
    assertLess(ys.at(-1) ?? NaN, bottom + 1);
    assertLess(right, DESKTOP.width);
  });
});
