/**
 * The page of a race, in a real browser.
 *
 * @module
 */

import type { RaceRecord } from "../../clients/race/record.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals, assertNotEquals, assertStringIncludes } from "../harness/assert.ts";
import { faultsOf } from "../harness/axe.ts";
import { browserTest, type Page } from "../harness/browser.ts";
import { eventually } from "../harness/eventually.ts";
import { run } from "../harness/playground.ts";

/** A phone, in pixels. */
const PHONE = { width: 360, height: 740 };
const RACE = ["race", "select", "async", "--sockets", "deno", "--conns", "10"]
  .concat("--rounds", "1", "--warmup", "100ms", "--duration", "200ms");

/** Chart.js, as the code sees it that runs in the page. */
declare const Chart: {
  getChart(id: string): {
    data: { labels?: string[]; datasets: { label: string; data: unknown[] }[] };
    canvas: { toDataURL(): string; cloneNode(): { toDataURL(): string } };
  };
};

/** What a chart shows. */
interface Shown {
  readonly labels: readonly string[] | undefined;
  readonly datasets: readonly { readonly label: string; readonly data: readonly unknown[] }[];
  readonly image: string;
  /** Whether anything is drawn; a canvas that is copied is blank. */
  readonly isBlank: boolean;
}

function shownIn(page: Page): Promise<Shown[]> {
  return page.evaluate(() =>
    ["throughput", "latency", "memory", "cpu"].map((id) => {
      const { data: { labels, datasets }, canvas } = Chart.getChart(id);
      const image = canvas.toDataURL();
      return {
        labels,
        datasets: datasets.map(({ label, data }) => ({ label, data })),
        image,
        isBlank: image === canvas.cloneNode().toDataURL(),
      };
    })
  );
}

/** Runs a race and hands on its page and its record. */
async function withRace(
  work: (address: string, record: RaceRecord) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    const [json, html] = [`${directory}/race.json`, `${directory}/race.html`];
    const { code, stderr } = await run([...RACE, "--json", json, "--html", html]);
    assertEquals(code, 0, stderr);
    await work(`file://${html}`, JSON.parse(await Deno.readTextFile(json)));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

browserTest(
  "the page of a race shows what was measured",
  async ({ page, complaints, requests }) => {
    await withRace(async (address, { servers, command }) => {
      await page.goto(address);
      const charts = await shownIn(page);
      assertEquals(charts.filter(({ isBlank }) => isBlank), []);
      const [throughput, latency, memory, cpu] = charts;
      const names = servers.map(({ name }) => name);
      assertEquals([throughput.labels, memory.labels ?? []], [
        names,
        hasSystemCalls() ? names : [],
      ]);
      assertEquals(latency.datasets.map(({ label }) => label), names);
      assertEquals(
        latency.datasets.map(({ data }) => data),
        servers.map(({ latencies }) => latencies.map(([p, ms]) => ({ x: 100 / (100 - p), y: ms }))),
      );
      const figures = servers.map((server) => server.figures);
      assertEquals(throughput.datasets[0].data, figures.map((one) => one.messagesPerSecond));
      if (hasSystemCalls()) {
        assertEquals(
          memory.datasets[0].data,
          figures.map((one) => (one.peakMemoryBytes ?? 0) / 1e6),
        );
        assertEquals(cpu.datasets[0].data, figures.map((one) => one.cpuSecondsPerMillion));
      }

      const rows = await page.locator("#figures tbody tr").allInnerTexts();
      rows.forEach((row, index) => {
        const perSecond = Math.round(figures[index].messagesPerSecond ?? NaN);
        assertStringIncludes(row, names[index]);
        assertStringIncludes(row, `\t${perSecond.toLocaleString("en-US")}`);
        assertStringIncludes(row, `\t${figures[index].served}`);
      });
      assertEquals(rows.length, servers.length);
      assertEquals(await page.locator("pre").innerText(), command);
    });
    assertEquals([complaints, requests.length], [[], 1], requests.join());
  },
);

browserTest("the page can be read in the dark, and on a phone", async ({ page, complaints }) => {
  await withRace(async (address) => {
    await page.goto(address);
    const [light] = await shownIn(page);
    const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    assertEquals(await ground(), "rgb(255, 255, 255)");
    await page.emulateMedia({ colorScheme: "dark" });
    await page.waitForFunction("Chart.defaults.color === '#e6eaf0'");
    const dark = await eventually(async () => {
      const [dark] = await shownIn(page);
      assertNotEquals(dark.image, light.image, "the charts are drawn anew");
      return dark;
    });
    assertEquals(await ground(), "rgb(20, 24, 30)");
    assertEquals(await faultsOf(page), []);
    await page.emulateMedia({ colorScheme: "light" });
    assertEquals(await faultsOf(page), []);
    await page.emulateMedia({ colorScheme: "dark" });
    assertEquals(dark.datasets, light.datasets);

    await page.setViewportSize(PHONE);
    // Nobody has to scroll the page sideways, once the charts have seen how wide it is.
    await page.waitForFunction("document.documentElement.scrollWidth === innerWidth");
    await eventually(async () =>
      assertEquals((await shownIn(page)).filter(({ isBlank }) => isBlank), [])
    );
  });
  assertEquals(complaints, []);
});
