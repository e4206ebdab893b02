/**
 * Charts of the measurements of a run over time.
 *
 * @module
 */

import { clockTime, colorOf, darkScheme, element, setText, shownNumber } from "./dom.js";
import { indexAt } from "./history.js";
import { Throttle } from "./pace.js";

/** The charting library, which index.html loads. */
const { uPlot } = globalThis;

const HEIGHT = 110;
const REDRAW_MS = 500;
/** The time span of a chart. */
const SHOWN_MS = 60_000;

/** The value of each chart, computed from a frame and an earlier one. */
const MEASURES = {
  connections: ({ totals }) => totals.active,
  messages: ({ totals, timeMs }, before) =>
    (totals.recvs - before.totals.recvs) / (timeMs - before.timeMs) * 1_000,
  latency: ({ loopLatencyMs }) => loopLatencyMs,
  cpu: ({ cpuSeconds, measuredMs }, before) =>
    measuredMs === before.measuredMs
      ? null
      : (cpuSeconds - before.cpuSeconds) / (measuredMs - before.measuredMs) * 100_000,
  memory: ({ memoryBytes }) => memoryBytes / 1e6,
};
/** Rates are computed over this many samples: those of single frames jump. */
const SPAN = 20;
const MIN_SPAN = 5;
/** One sample of each slice of this length is drawn. */
const SLICE_MS = 250;
/** The approximate width of a character of an axis, and the space beside it, in pixels. */
const CHARACTER_WIDTH = 6.5;
const AXIS_MARGIN = 12;

/** A chart for each measure. */
export class Charts {
  element = element("div", { class: "charts" });
  #charts = [];
  #throttle = new Throttle(REDRAW_MS);

  /** @param {Record<string, string>} titles by measure; a measure without a title is not drawn */
  constructor(titles) {
    for (const [name, title] of Object.entries(titles)) {
      const value = element("span", { class: "value" });
      const figure = element("figure", {}, element("figcaption", {}, title, " ", value));
      this.element.append(figure);
      this.#charts.push({ name, title, figure, value, plot: undefined });
    }
  }

  /** What was drawn last, for a picture. */
  get drawn() {
    return this.#charts.map(({ title, value, plot }) => {
      const [times, values] = plot?.data ?? [[], []];
      const shownMax = (max) => shownNumber(max, max < 10 ? 1 : 0);
      return { title, value: value.textContent, times, values, shownMax };
    });
  }

  /** Draws the minute that ends at `toMs`. @param {import("./shown.js").Shown} shown */
  draw(samples, { toMs }) {
    const last = indexAt(samples, toMs);
    if (!this.#throttle.isDue(samples[last].frame, innerWidth, darkScheme.matches)) return;
    const first = Math.max(0, indexAt(samples, toMs - SHOWN_MS) - SPAN);
    const shown = samples.slice(first, last + 1).map(({ frame }) => frame);
    const drawn = drawnOf(shown);
    const times = drawn.map((i) => shown[i].timeMs / 1_000);
    // All widths at once: reading one after a change to the page forces a new layout.
    const widths = this.#charts.map(({ figure }) => Math.max(80, figure.clientWidth - 8));
    this.#charts.forEach((chart, index) => {
      const measure = MEASURES[chart.name];
      const values = drawn.map((i) => measure(shown[i], shown[Math.max(0, i - SPAN)]));
      this.#drawOne(chart, [times, values], widths[index]);
    });
  }

  #drawOne(chart, data, width) {
    const last = data[1].at(-1) ?? null;
    const digits = last < 10 && !Number.isInteger(last) ? 1 : 0;
    setText(chart.value, last === null ? "–" : shownNumber(last, digits));
    chart.plot ??= new uPlot(optionsOf(chart.name, width), data, chart.figure);
    if (chart.plot.width !== width) chart.plot.setSize({ width, height: HEIGHT });
    chart.plot.setData(data);
  }
}

/** The indices of the drawn frames: the first of each slice, so that they stay the same, and the last. */
function drawnOf(frames) {
  const sliceOf = (i) => Math.floor(frames[i].timeMs / SLICE_MS);
  return [...frames.keys()].slice(MIN_SPAN).filter((i) =>
    i === frames.length - 1 || sliceOf(i) !== sliceOf(i - 1)
  );
}

function optionsOf(name, width) {
  const axis = {
    stroke: () => colorOf("text"),
    grid: { stroke: () => colorOf("line"), width: 1 },
    ticks: { show: false },
    font: "11px system-ui, sans-serif",
  };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, min, max) => [Math.min(0, min), Math.max(1, max * 1.1)] } },
    axes: [
      {
        ...axis,
        space: 80,
        size: 22,
        values: (plot, ticks) =>
          ticks.map((tick) => fits(plot, tick) ? clockTime(tick * 1_000) : ""),
      },
      {
        ...axis,
        size: (_, labels) =>
          AXIS_MARGIN +
          CHARACTER_WIDTH * Math.max(2, ...(labels ?? []).map(({ length }) => length)),
        values: (_, ticks) =>
          ticks.map((tick) => shownNumber(tick, Number.isInteger(tick) ? 0 : 1)),
      },
    ],
    series: [{}, { stroke: () => colorOf("accent"), width: 1.5, points: { show: false } }],
    label: name,
  };
}

/** Whether there is room for all of the time at a tick, which stands in its middle. */
function fits(plot, tick) {
  const x = plot.bbox.left / devicePixelRatio + plot.valToPos(tick, "x");
  const half = clockTime(tick * 1_000).length * CHARACTER_WIDTH / 2;
  return x >= half && x <= plot.width - half;
}
