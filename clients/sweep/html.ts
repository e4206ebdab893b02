/**
 * Sweeps as a page: one file that needs nothing else, no script either.
 *
 * @module
 */

import { escapeHtml, readResultStyle } from "../../cli/html.ts";
import type { Language } from "../../cli/language.ts";
import type { Messages } from "../../cli/messages.ts";
import { formatMs } from "../../cli/milliseconds.ts";
import { type Curve, curvesOf } from "./curves.ts";
import { LogScale } from "./log_scale.ts";
import { conclusion, stepCells } from "./report.ts";
import type { Sweep } from "./sweep.ts";

/** The drawing, in its own units, and what its axes and the names beside the lines need. */
const SIZE = { width: 960, height: 480, left: 80, right: 170, top: 30, bottom: 50 };
/** Lines have as many hues as people tell apart, and dashes beyond that. */
const HUES = 5;
/** How far names stand below each other at least. */
const NAME_HEIGHT = 16;

/** Makes the page. */
export async function sweepsAsHtml(
  sweeps: readonly Sweep[],
  limitMs: number,
  language: Language,
  messages: Messages,
): Promise<string> {
  const { sweep: texts } = messages;
  const style = await readResultStyle() +
    await Deno.readTextFile(new URL("./page/page.css", import.meta.url));
  const title = texts.page.title(formatMs(limitMs));
  const sentences = sweeps.map((one) =>
    `<li>${escapeHtml(conclusion(one, limitMs, messages))}</li>`
  );
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>
${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<ul>
${sentences.join("\n")}
</ul>
<div class="scroll" tabindex="0">
${drawing(curvesOf(sweeps), limitMs, messages)}
</div>
${sweeps.map((one) => table(one, limitMs, messages)).join("\n")}
</main>
</body>
</html>
`;
}

function drawing(curves: readonly Curve[], limitMs: number, { sweep, count }: Messages): string {
  const points = curves.flatMap(({ points }) => points);
  if (points.length === 0) return "";
  const { width, height, left, right, top, bottom } = SIZE;
  const [xScale, yScale] = [
    new LogScale(points.map(({ rate }) => rate)),
    new LogScale([limitMs, ...points.map(({ ms }) => ms)]),
  ];
  const x = (rate: number) => round(left + xScale.at(rate) * (width - left - right));
  const y = (ms: number) => round(height - bottom - yScale.at(ms) * (height - top - bottom));
  const [end, base] = [width - right, height - bottom];
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${
    escapeHtml(sweep.page.chart)
  }">
${
    yScale.marks.map((ms) =>
      `<path class="line" d="M${left} ${y(ms)}H${end}"/>` +
      `<text class="y" x="${left - 8}" y="${y(ms) + 4}">${
        formatMs(ms).replace(/\.0+ /, " ")
      }</text>`
    ).join("\n")
  }
${
    xScale.marks.map((rate) =>
      `<path class="line" d="M${x(rate)} ${top}V${base}"/>` +
      `<text class="x" x="${x(rate)}" y="${base + 20}">${count(rate)}</text>`
    ).join("\n")
  }
<text class="x" x="${(left + end) / 2}" y="${height - 6}">${escapeHtml(sweep.page.rateAxis)}</text>
<text class="y" x="${left - 8}" y="${top - 14}">p99</text>
<path class="limit" d="M${left} ${y(limitMs)}H${end}"/>
${curves.map((curve, index) => lineOf(curve, index, x, y, count)).join("\n")}
${names(curves, y)}
</svg>`;
}

function lineOf(
  { name, points }: Curve,
  index: number,
  x: (rate: number) => number,
  y: (ms: number) => number,
  count: (value: number) => string,
): string {
  const path = points.map(({ rate, ms }) => `${x(rate)} ${y(ms)}`).join("L");
  const dots = points.map(({ rate, ms, isHeld }) =>
    `<circle class="${isHeld ? "held" : "broken"}" cx="${x(rate)}" cy="${y(ms)}" r="4">` +
    `<title>${escapeHtml(`${name}: ${count(rate)}/s, p99 ${formatMs(ms)}`)}</title></circle>`
  );
  return `<g class="hue${index % HUES + 1}${index >= HUES ? " dashed" : ""}">
<path class="curve" d="M${path}"/>
${dots.join("")}
</g>`;
}

/** The names at the right, each as near to the end of its line as the others allow. */
function names(curves: readonly Curve[], y: (ms: number) => number): string {
  const ends = curves.map(({ name, points }, index) => {
    return { name, index, at: y(points[points.length - 1].ms) };
  }).sort((a, b) => a.at - b.at);
  for (let i = 1; i < ends.length; i++) {
    ends[i].at = Math.max(ends[i].at, ends[i - 1].at + NAME_HEIGHT);
  }
  // Those that are pushed below the drawing push back.
  for (let i = ends.length - 1, lowest = SIZE.height; i >= 0; i--) {
    ends[i].at = Math.min(ends[i].at, lowest -= NAME_HEIGHT);
  }
  const left = SIZE.width - SIZE.right + NAME_HEIGHT;
  return ends.map(({ name, index, at }) =>
    `<text class="name hue${index % HUES + 1}" x="${left}" y="${round(at) + 4}">${
      escapeHtml(name)
    }</text>`
  ).join("\n");
}

function table(sweep: Sweep, limitMs: number, messages: Messages): string {
  const { columns } = messages.sweep;
  const headings = [columns.rate, columns.answered, columns.p50, columns.p99, columns.max]
    .map((one) => `<th scope="col">${escapeHtml(one)}</th>`);
  const rows = sweep.steps.map((step) =>
    `<tr>${
      stepCells(step, limitMs, messages).map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")
    }</tr>`
  );
  return `<h2>${escapeHtml(sweep.name)}</h2>
<div class="scroll" tabindex="0">
<table>
<thead><tr>${headings.join("")}<td></td></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
</div>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
