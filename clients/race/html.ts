/**
 * A race as a page: one file that needs nothing else, with charts by Chart.js.
 *
 * @module
 */

import { escapeHtml, readResultStyle } from "../../cli/html.ts";
import { formatBytes } from "../../cli/bytes.ts";
import config from "../../deno.json" with { type: "json" };
import type { Language } from "../../cli/language.ts";
import type { Messages } from "../../cli/messages.ts";
import { figuresTable, roundsTable } from "./html_tables.ts";
import type { Judgement } from "./judgement.ts";
import type { RaceRecord, ServerRecord } from "./record.ts";
import { describeConditions } from "./texts.ts";

type Texts = Messages["race"];

/** The charts, by the id of their place in the page. */
const CHARTS = ["throughput", "latency", "memory", "cpu"] as const;

/** Makes the page. */
export async function raceAsHtml(
  judgement: Judgement,
  record: RaceRecord,
  language: Language,
  { race: texts }: Messages,
): Promise<string> {
  const page = (file: string) => Deno.readTextFile(new URL(`./page/${file}`, import.meta.url));
  const [shared, style, script, library] = await Promise.all([
    readResultStyle(),
    page("page.css"),
    page("page.js"),
    chartLibrary(),
  ]);
  const summary = describeConditions(record.conditions, texts);
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(`${texts.page.title}: ${summary}`)}</title>
<link rel="icon" href="data:,">
<style>
${shared}
${style}</style>
</head>
<body>
<main>
${content(judgement, record, texts)}
</main>
<script id="race" type="application/json">${dataForScript(record, texts)}</script>
<script>
${library}
</script>
<script type="module">
${script}</script>
</body>
</html>
`;
}

/** What people read. */
function content(judgement: Judgement, record: RaceRecord, texts: Messages["race"]): string {
  return `<h1>${escapeHtml(texts.page.title)}</h1>
<p>${escapeHtml(describeConditions(record.conditions, texts))}</p>
${introduction(record, texts)}
${CHARTS.map((chart) => chartPlace(chart, record, texts)).join("\n")}
<h2>${escapeHtml(texts.page.figures)}</h2>
<div class="scroll" tabindex="0">
${figuresTable(judgement, record, texts)}
</div>
${list(texts.legends[record.conditions.discipline], "legend")}
<h2>${escapeHtml(texts.page.rounds)}</h2>
<div class="scroll" tabindex="0">
${roundsTable(judgement, record, texts)}
</div>
<h2>${escapeHtml(texts.page.repeat)}</h2>
<pre tabindex="0">${escapeHtml(record.command)}</pre>
<h2>${escapeHtml(texts.page.machine)}</h2>
${machine(record, texts)}`;
}

/** Chart.js as it is for browsers, without the address of what only its developers need. */
async function chartLibrary(): Promise<string> {
  // The main module is not in the executable.
  const library = new URL("../dist/chart.umd.min.js", import.meta.resolve("chart.js/auto"));
  return (await Deno.readTextFile(library)).replace(/^\/\/# sourceMappingURL=.*$/m, "");
}

/** In which order all ran, what the race comes to, and what must be known about it. */
function introduction(
  { seed, conclusion, notes, heatsDone, heatsAll }: RaceRecord,
  texts: Texts,
): string {
  const all = [...notes, ...(heatsDone < heatsAll ? [texts.incomplete(heatsDone, heatsAll)] : [])];
  return [
    `<p>${escapeHtml(texts.order(seed))}</p>`,
    ...(conclusion === undefined ? [] : [`<p class="conclusion">${escapeHtml(conclusion)}</p>`]),
    ...(all.length === 0 ? [] : [list(all, "notes")]),
  ].join("\n");
}

function list(lines: readonly string[], name: string): string {
  return `<ul class="${name}">\n${
    lines.map((line) => `<li>${escapeHtml(line)}</li>`).join("\n")
  }\n</ul>`;
}

function chartPlace(id: typeof CHARTS[number], record: RaceRecord, { page }: Texts): string {
  const title = pageTexts(record, page)[id];
  const label = escapeHtml(page.chartOf(title));
  return `<h2>${escapeHtml(title)}</h2>
<div class="chart"><canvas id="${id}" role="img" aria-label="${label}"></canvas></div>`;
}

/** The texts of the page: some depend on what the race was about. */
function pageTexts({ conditions: { discipline } }: RaceRecord, page: Texts["page"]): Texts["page"] {
  return discipline === "messages" ? page : { ...page, ...page[discipline] };
}

function machine({ machine, versions, date }: RaceRecord, { machine: texts }: Texts): string {
  const { processor, processors, memoryBytes, system } = machine;
  const entries = [
    [texts.processor, `${texts.processors(processors)} ${processor ?? machine.system}`],
    [texts.memory, memoryBytes === undefined ? undefined : formatBytes(memoryBytes)],
    [texts.system, system],
    [
      texts.versions,
      `playground ${versions.playground}, Deno ${versions.deno}, V8 ${versions.v8}, ` +
      `Chart.js ${config.imports["chart.js"].split("@")[1]}`,
    ],
    [texts.date, date],
  ];
  const rows = entries.flatMap(([name, value]) =>
    name === undefined || value === undefined
      ? []
      : [`<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`]
  );
  return `<dl>\n${rows.join("\n")}\n</dl>`;
}

/** The data, in a form in which no text can end the element that it is in. */
function dataForScript(record: RaceRecord, { page }: Texts): string {
  const servers = record.servers.map((server) => ({
    ...server,
    whyApart: whyApart(server, page),
    rounds: server.rounds.map(({ figures }) => figures),
  }));
  const data = { servers, ranking: record.ranking, texts: pageTexts(record, page) };
  return JSON.stringify(data).replaceAll("<", "\\u003c");
}

/** Why a server is not one of those that are compared, as it stands behind its name in a chart. */
function whyApart({ figures, holdsLoad }: ServerRecord, texts: Texts["page"]): string {
  if (holdsLoad) return "";
  return figures.served === undefined ? texts.failed : texts.apart;
}
