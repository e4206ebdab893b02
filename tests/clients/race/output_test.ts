import stringWidth from "string-width";
import { bar } from "../../../cli/bar_chart.ts";
import { splitTable, tableLines, tableWidth } from "../../../cli/table.ts";
import { en } from "../../../cli/messages/en/mod.ts";
import { zh } from "../../../cli/messages/zh/mod.ts";
import { type Figures, figuresOf } from "../../../clients/race/figures.ts";
import { recordAsCsv } from "../../../clients/race/csv.ts";
import { raceAsHtml } from "../../../clients/race/html.ts";
import { makeRecord } from "../../../clients/race/record.ts";
import { showRace } from "../../../clients/race/terminal_table.ts";
import {
  assert,
  assertEquals,
  assertLess,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "../../harness/assert.ts";
import type { Conditions } from "../../../clients/race/race.ts";
import { CONDITIONS, FAILED, judgementOf, measured } from "../../harness/race.ts";

const TYPICAL = {
  messagesPerSecond: 187_654,
  allServedMs: 123,
  p50Ms: 0.612,
  p99Ms: 12.3,
  p999Ms: 123,
  cpuSecondsPerMillion: 12.3,
  peakMemoryBytes: 123e6,
  threads: 17,
  processes: 1,
  switchesPerThousand: 1_234,
  wakeUpsPerThousand: 12.3,
};
/** As many rounds as it takes to tell two servers apart, in several figures. */
const ROUNDS = 5;
const often = (figures: Figures) => Array.from({ length: ROUNDS }, () => measured(figures));
const JUDGEMENT = judgementOf({
  "select-queue libc": often(TYPICAL),
  "threadpool deno": [measured({ ...TYPICAL, messagesPerSecond: 99_999, served: 8 })],
  'a "quoted", name </script>': often({ messagesPerSecond: 10 }),
  failed: [FAILED],
});
const RESULTS = { heats: new Map(), seed: 7, orders: [], heatsDone: 3, heatsAll: 4 };
const RECORD = makeRecord(JUDGEMENT, CONDITIONS, RESULTS, en);

for (const [language, messages] of Object.entries({ en, zh })) {
  for (const width of [80, 100, 160, 240]) {
    Deno.test(`a race fits ${width} columns, and uses them (${language})`, () => {
      const lines = showRace(JUDGEMENT, RECORD, messages, width).flatMap((text) =>
        text.split("\n")
      );
      const widths = lines.map((line) => stringWidth(line));
      assert(widths.every((one) => one <= width), lines.join("\n"));
      assertLess(Math.min(width, 140) * 0.8, Math.max(...widths));
      const text = lines.join("\n");
      for (const name of ["name", "spread", "ratio", ...figuresOf("messages")] as const) {
        assertStringIncludes(text, messages.race.columns[name]);
      }
      assertStringIncludes(text, "8/200");
      assertStringIncludes(text, "187,654*");
      assertMatch(text, /^failed: .*3.*no such <file>/m);
      assertStringIncludes(
        text.replaceAll(/\s+/g, " "),
        `threadpool deno (${en.race.answered(8, 200, "10 s")})`,
      );
      assertStringIncludes(text, messages.race.incomplete(3, 4));
    });
  }
}

Deno.test("a table that is too wide becomes several, each with its first column", () => {
  const columns = ["name", "one", "two", "three"].map((heading) => ({
    heading,
    cells: ["x", "中文"],
    align: heading === "name" ? "left" as const : "right" as const,
  }));
  const tables = splitTable(columns, 14);
  assertEquals(tables.map((table) => table.map(({ heading }) => heading)), [
    ["name", "one", "two"].slice(0, 2),
    ["name", "two"],
    ["name", "three"],
  ]);
  assertEquals(tableWidth(tables[0]), 10);
  assertEquals(tableLines(tables[2]), ["name  three", "x         x", "中文   中文"]);
  assertEquals(splitTable(columns, 80).length, 1);
});

Deno.test("a bar is as long as its part, to an eighth", () => {
  assertEquals([bar(0, 4), bar(0.5, 4), bar(1, 4), bar(2, 4)], ["", "██", "████", "████"]);
  assertEquals(bar(0.53125, 4), "██▏");
});

Deno.test("a CSV has a line for each server, and quotes what must be quoted", () => {
  const [header, ...rows] = recordAsCsv(RECORD).split("\r\n");
  assertMatch(header, /^name,model,sockets,messagesPerSecond,served,.*,answered,spread,failure$/);
  assertEquals(rows.length, 5);
  assertMatch(rows[0], /^select-queue libc,,,187654,200,/);
  assertMatch(rows[1], /^"a ""quoted"", name <\/script>",,,10,200,,/);
  assertMatch(rows[3], /^failed,.*no such <file>/);
  assertEquals(rows[4], "");
});

const CHURN: Conditions = {
  ...CONDITIONS,
  discipline: "churn",
  conns: 5,
  connectionsEach: 500,
  sizeBytes: 4_000,
  durationMs: 60_000,
};
const CHURNED = judgementOf({
  "thread libc": [measured({ connectionsPerSecond: 40, served: 812 })],
  "epoll libc": often({ connectionsPerSecond: 7_654, served: 2_500, runMs: 327 }),
  "select libc": often({ connectionsPerSecond: 6_543, served: 2_500, runMs: 382 }),
}, { conditions: CHURN });
const CHURN_RECORD = makeRecord(CHURNED, CHURN, { ...RESULTS, heatsDone: 4 }, en);

for (const [language, messages] of Object.entries({ en, zh })) {
  Deno.test(`connections that come and go are ranked by how many do (${language})`, () => {
    assertEquals(CHURNED.standings.map(({ entrant }) => entrant.name), [
      "epoll libc",
      "select libc",
      "thread libc",
    ]);
    const record = makeRecord(CHURNED, CHURN, RESULTS, messages);
    const text = showRace(CHURNED, record, messages, 80).join("\n");
    for (const name of ["name", ...figuresOf("churn")] as const) {
      assertStringIncludes(text, messages.race.columns[name]);
    }
    assertMatch(text, /^epoll libc .* 7,654\* /m);
    assertMatch(text, /^epoll libc .* 327 ms\*/m);
    assertMatch(text, /^thread libc .* 40 .* 812\/2500$/m);
    assertStringIncludes(text, messages.race.answered(812, 2_500, "60 s"));
    assert(text.split("\n").every((line) => stringWidth(line) <= 80), text);
  });
}

Deno.test("a CSV and a page of connections that come and go have their figures", async () => {
  const [header, , , thread] = recordAsCsv(CHURN_RECORD).split("\r\n");
  assertMatch(header, /^name,model,sockets,connectionsPerSecond,served,runMs,firstAnswerP50Ms,/);
  assertMatch(thread, /^thread libc,,,40,812,,.*,812,,$/);
  const page = await raceAsHtml(CHURNED, CHURN_RECORD, "en", en);
  const readable = page.slice(0, page.indexOf("<script"));
  assertStringIncludes(readable, "812 of 2,500 after 60 s");
  assertStringIncludes(readable, "<h2>Connections per second</h2>");
  assertStringIncludes(page, '"ranking":"connectionsPerSecond"');
  assertNotMatch(readable, /undefined|NaN|\[object/);
});

Deno.test("the page says whether all were asked at the same rate, or as fast as they answer", async () => {
  const conditions: Conditions = { ...CONDITIONS, discipline: "rate", rate: 2.5 };
  const judgement = judgementOf({ a: often({ p99Ms: 3 }), b: often({ p99Ms: 4 }) }, { conditions });
  const record = makeRecord(judgement, conditions, RESULTS, en);
  const rated = await raceAsHtml(judgement, record, "en", en);
  assertStringIncludes(rated, "; at a fixed rate of 500 messages/s in all</p>");
  assertStringIncludes(rated, "<h2>99 % of the round trips, in milliseconds</h2>");
  assertStringIncludes(rated, '"ranking":"p99Ms"');
  const closed = await raceAsHtml(JUDGEMENT, RECORD, "zh", zh);
  assertStringIncludes(closed, "；每个连接得到应答后立即再问</p>");
});

Deno.test("no name can break out of the page that it stands in", async () => {
  const page = await raceAsHtml(JUDGEMENT, RECORD, "en", en);
  assert(!page.includes("name </script>"));
  assert(!page.includes("no such <file>"));
  assert(!page.includes("sourceMappingURL"), "which a browser would fetch");
  const readable = page.slice(0, page.indexOf("<script"));
  assertStringIncludes(readable, "a &quot;quoted&quot;, name &lt;/script&gt;");
  assertNotMatch(readable, /undefined|NaN|\[object/);
});
