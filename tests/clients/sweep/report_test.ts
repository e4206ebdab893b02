import { faultsOf } from "../../harness/axe.ts";
import { browserTest } from "../../harness/browser.ts";
import { en } from "../../../cli/messages/en/mod.ts";
import { PERCENTILES } from "../../../clients/flood/durations.ts";
import { curvesOf } from "../../../clients/sweep/curves.ts";
import { sweepsAsCsv } from "../../../clients/sweep/csv.ts";
import { sweepsAsHtml } from "../../../clients/sweep/html.ts";
import { LogScale } from "../../../clients/sweep/log_scale.ts";
import { conclusion, headings, stepLine } from "../../../clients/sweep/report.ts";
import type { Step } from "../../../clients/sweep/step.ts";
import type { Sweep } from "../../../clients/sweep/sweep.ts";
import { legend, terminalChart } from "../../../clients/sweep/terminal_chart.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

const LIMIT_MS = 50;

function step(rate: number, p99Ms: number, more: Partial<Step> = {}): Step {
  const isHeld = p99Ms <= LIMIT_MS;
  return {
    ...{ rate, isHeld, p99Ms, missing: 0, floodCpuShare: 0.5, answeredPerSecond: rate },
    percentilesMs: PERCENTILES.map(() => p99Ms),
    ...isHeld ? {} : { reason: "latency" as const },
    ...more,
  };
}

const STEPS = [step(1_000, 2), step(2_000, 100), step(2_000, 5), step(4_000, 200)];
const SWEEP: Sweep = { name: "a <b>", held: 2_000, broken: 4_000, steps: STEPS };

Deno.test("a conclusion says what held and what broke, from the last try of each", () => {
  const said = (sweep: Partial<Sweep>) => conclusion({ ...SWEEP, ...sweep }, LIMIT_MS, en);
  assertEquals(
    said({}),
    "a <b> holds 2,000 messages/s (99 % within 5.00 ms), and breaks at 4,000/s",
  );
  assertMatch(said({ broken: undefined }), /holds 2,000 .*, the most that was tried$/);
  assertMatch(said({ held: undefined }), /holds no rate .* within 50.0 ms, not even 4,000/);
  assertMatch(said({ failure: "it is ill" }), /could not be tried: it is ill$/);
  assertMatch(said({ broken: undefined, isCutShort: true }), /holds at least 2,000 .*early$/);
  const gone = { steps: [...STEPS.slice(0, 3), step(4_000, 200, { reason: "gone" })] };
  assertMatch(said(gone), /breaks at 4,000\/s; nothing listens there since$/);
  const busy = { steps: [...STEPS.slice(0, 3), step(4_000, 200, { floodCpuShare: 0.95 })] };
  assertMatch(said(busy), /the flood itself was at its limit/);
});

Deno.test("steps stand below their headings", () => {
  const lines = [headings(en), ...STEPS.map((one) => stepLine(one, LIMIT_MS, en))];
  const end = lines[0].indexOf("max") + 3;
  for (const line of lines.slice(1)) assertEquals(line.slice(end - 3, end), " ms", line);
  assertMatch(lines[4], / above 50\.0 ms$/);
  const missing = stepLine(step(9, 1, { reason: "missing", missing: 7 }), LIMIT_MS, en);
  assertMatch(missing, / 7 went wrong or missing$/);
  const silent = step(9, 1, { percentilesMs: [], p99Ms: undefined, reason: "unserved" });
  assertMatch(stepLine(silent, LIMIT_MS, en), / - +- +- +not all were served$/);
});

Deno.test("a chart shows each rate once, with the limit, and fits its columns", () => {
  const curves = curvesOf([SWEEP, { name: "none", steps: [] }, { ...SWEEP, name: "other" }]);
  assertEquals(curves.map(({ name, points }) => [name, points.length]), [["a <b>", 3], [
    "other",
    3,
  ]]);
  const lines = terminalChart(curves.slice(0, 1), LIMIT_MS, 60, en.count);
  const drawn = lines.filter((line) => line.includes("|")).map((line) => line.split("|")[1]);
  assertEquals(drawn.join("").match(/a/g)?.length, 2);
  assertEquals(drawn.join("").match(/A/g)?.length, 1);
  const limit = drawn.findIndex((line) => line.includes("- - -"));
  assert(drawn.findIndex((line) => line.includes("A")) < limit, "what broke lies above the limit");
  assert(drawn.findIndex((line) => line.includes("a")) > limit);
  for (const line of lines) assert(line.length <= 60, line);
  assertEquals(legend(curves), ["a a <b>", "b other"]);
  assertEquals(terminalChart([], LIMIT_MS, 60, en.count), []);
});

Deno.test("an axis holds all values between its first and last mark", () => {
  for (const values of [[1], [0.03, 7], [999, 1_001], [50, 50], [1, 1e6], [0.5, 0.51]]) {
    const scale = new LogScale(values);
    assert(scale.marks.length >= 2, String(scale.marks));
    for (const value of values) {
      const at = scale.at(value);
      assert(at >= 0 && at <= 1, `${value}: ${at} of ${scale.marks}`);
    }
    const [first, ...others] = scale.marks;
    assert(others[0] > Math.min(...values) && first <= Math.min(...values));
  }
});

Deno.test("files have every try; the page makes no text of a name that it reads as more", async () => {
  const csv = sweepsAsCsv([{ ...SWEEP, name: 'a,"b"' }]).split("\r\n");
  assertEquals(csv.length, 1 + STEPS.length + 1);
  assertEquals(csv[2], '"a,""b""",2000,2000,0,false,latency,100,100,100,100,100');
  const page = await sweepsAsHtml([SWEEP], LIMIT_MS, "en", en);
  assertStringIncludes(page, "a &lt;b&gt;");
  assertEquals([page.includes("<b>"), page.includes("<script")], [false, false]);
  assertEquals(page.match(/<tr>/g)?.length, 1 + STEPS.length);
  const failed = await sweepsAsHtml([{ name: "x", steps: [], failure: "ill" }], 50, "en", en);
  assertStringIncludes(failed, "x could not be tried: ill");
});

browserTest(
  "axe-core finds no fault in the page of a sweep, in light or dark",
  async ({ page }) => {
    await page.setContent(await sweepsAsHtml([SWEEP], LIMIT_MS, "en", en));
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      assertEquals([colorScheme, ...await faultsOf(page)], [colorScheme]);
    }
  },
);
