/**
 * What is seen of a server as a picture in a file: SVG, or PNG at twice the resolution.
 *
 * @module
 */

import { SvgSurface } from "./canvas_surface.js";
import { clockTime, colorOf } from "./dom.js";
import { sampleLines } from "./fills.js";
import { LanePicture } from "./lanes.js";
import { activityEntries, stateEntries } from "./legend.js";
import { escaped, FONT_FAMILY, SvgContext } from "./svg_context.js";

const MIN_WIDTH = 640;
const MARGIN = 16;
const LINE_HEIGHT = 22;
const SWATCH = 14;
const CHART = { minWidth: 240, height: 110, gap: 16, plotTop: 20, plotHeight: 68, axis: 46 };
const PNG_SCALE = 2;

/**
 * Makes the picture.
 *
 * @param seen `hello` describes the server; `history`, `shown` and `width` are of the lanes; `labels` are
 *   those of {@linkcode LanePicture}; `scan` is the {@linkcode ScanPicture}; `facts` is a line; `charts`
 *   have a title, a value and data
 * @returns {{ svg: string, width: number, height: number }}
 */
export function makePicture(seen) {
  const { hello, texts, history, shown, labels, scan, facts, charts } = seen;
  const width = Math.max(MIN_WIDTH, Math.round(seen.width));
  const lanes = new SvgSurface(width);
  new LanePicture(lanes, labels).draw(history, shown);
  const parts = [];
  let top = MARGIN;
  /** Places what was drawn below all that was placed before. */
  const place = (markup, height) => {
    parts.push(`<g transform="translate(${MARGIN} ${top})">${markup}</g>`);
    top += height;
  };
  const title = titleOf(hello);
  place(drawHeading(hello, clockTime(shown.atMs), width), 2 * LINE_HEIGHT + 4);
  place(lanes.context.markup, lanes.height + 8);
  place(...drawLegend(activityEntries(labels), lanes.fills, width));
  place(...drawLegend(stateEntries(texts), lanes.fills, width));
  if (scan.hasCells) {
    const cells = new SvgSurface(width);
    scan.drawOn(cells);
    place(cells.context.markup, cells.height);
  }
  place(...drawFacts([scan.words, facts].join(" · "), width));
  place(...drawCharts(charts, width));
  const [wide, high] = [width + 2 * MARGIN, Math.ceil(top + MARGIN)];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${high}" ` +
    `viewBox="0 0 ${wide} ${high}" role="img" font-family="${FONT_FAMILY}">` +
    `<title>${escaped(title)}</title><desc>${escaped(facts)}</desc>${lanes.fills.definitions}` +
    `<rect width="${wide}" height="${high}" fill="${escaped(colorOf("background"))}"/>` +
    `${parts.join("")}</svg>\n`;
  return { svg, width: wide, height: high };
}

/** Draws a picture into a PNG file. */
export async function toPng({ svg, width, height }) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * PNG_SCALE;
  canvas.height = height * PNG_SCALE;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return await new Promise((resolve, reject) =>
    canvas.toBlob((blob) => blob === null ? reject(new Error("PNG")) : resolve(blob), "image/png")
  );
}

function titleOf({ model, address, sockets, handler }) {
  return `playground: ${model} · ${address} · ${sockets} · ${handler}`;
}

/** A context with the font and the color of texts. */
function newContext(size = 12, color = "text") {
  const context = new SvgContext();
  context.font = `${size}px ${FONT_FAMILY}`;
  context.fillStyle = colorOf(color);
  return context;
}

function drawHeading({ model, address, sockets, handler, pid }, time, width) {
  const context = newContext();
  context.font = `600 18px ${FONT_FAMILY}`;
  context.fillText(model, 0, LINE_HEIGHT / 2);
  context.font = `12px ${FONT_FAMILY}`;
  const about = `${address} · ${sockets} · ${handler} · pid ${pid}`;
  context.fillText(about, 0, LINE_HEIGHT * 1.5, width);
  context.textAlign = "right";
  context.fillText(time, width, LINE_HEIGHT / 2);
  return context.markup;
}

function drawLegend(entries, fills, width) {
  const context = newContext();
  let [x, y] = [0, 0];
  for (const [name, text, isHollow] of entries) {
    const wide = SWATCH + 6 + context.measureText(text).width;
    if (x > 0 && x + wide > width) [x, y] = [0, y + LINE_HEIGHT];
    context.fillStyle = isHollow ? fills.color(name) : fills.of(name, SWATCH);
    for (const [top, height] of sampleLines(name, isHollow)) {
      const scale = SWATCH / 16;
      context.fillRect(x, y + 4 + top * scale, SWATCH, height * scale);
    }
    context.fillStyle = colorOf("text");
    context.fillText(text, x + SWATCH + 6, y + 11);
    x += wide + 20;
  }
  return [context.markup, y + LINE_HEIGHT + 4];
}

/** The line of facts, which is broken where one of them does not fit any more. */
function drawFacts(facts, width) {
  const context = newContext();
  const lines = [""];
  for (const fact of facts.split(" · ")) {
    const longer = lines.at(-1) === "" ? fact : `${lines.at(-1)} · ${fact}`;
    if (context.measureText(longer).width <= width || lines.at(-1) === "") {
      lines[lines.length - 1] = longer;
    } else lines.push(fact);
  }
  lines.forEach((line, index) => context.fillText(line, 0, index * LINE_HEIGHT + 11, width));
  return [context.markup, lines.length * LINE_HEIGHT + 8];
}

function drawCharts(charts, width) {
  const columns = Math.max(1, Math.floor((width + CHART.gap) / (CHART.minWidth + CHART.gap)));
  const wide = (width - (columns - 1) * CHART.gap) / columns;
  const drawn = charts.map((chart, index) => {
    const x = (index % columns) * (wide + CHART.gap);
    const y = Math.floor(index / columns) * CHART.height;
    return `<g transform="translate(${x} ${y})">${drawChart(chart, wide)}</g>`;
  });
  return [drawn.join(""), Math.ceil(charts.length / columns) * CHART.height];
}

/** A chart with its title, the highest value at its axis, and the times of both ends. */
function drawChart({ title, value, times, values, shownMax }, width) {
  const context = newContext();
  context.fillText(`${title}  ${value}`, 0, 8, width);
  const known = values.filter((one) => one !== null);
  if (known.length === 0) return context.markup;
  const max = Math.max(1, ...known) * 1.1;
  const [bottom, left] = [CHART.plotTop + CHART.plotHeight, CHART.axis];
  context.strokeStyle = colorOf("line");
  context.beginPath();
  for (const y of [CHART.plotTop, bottom]) {
    context.moveTo(left, y + 0.5);
    context.lineTo(width, y + 0.5);
  }
  context.stroke();
  context.fillText(clockTime(times[0] * 1_000), left, bottom + 11);
  context.textAlign = "right";
  context.fillText(clockTime(times.at(-1) * 1_000), width, bottom + 11);
  context.fillText(shownMax(max), left - 6, CHART.plotTop + 4);
  context.fillText("0", left - 6, bottom - 2);
  const span = Math.max(1e-9, times.at(-1) - times[0]);
  context.strokeStyle = colorOf("accent");
  context.lineWidth = 1.5;
  context.beginPath();
  let isGap = true;
  values.forEach((one, index) => {
    if (one !== null) {
      const x = left + (times[index] - times[0]) / span * (width - left);
      const y = bottom - Math.max(0, one) / max * CHART.plotHeight;
      if (isGap) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    isGap = one === null;
  });
  context.stroke();
  return context.markup;
}
