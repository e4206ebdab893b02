/**
 * The numbers of a run over time.
 *
 * @module
 */

import { clockTime, colorOf, darkScheme, element, setText, shownNumber } from "./dom.js";
import { indexAt } from "./history.js";
import { AtMostEvery } from "./pace.js";

/** The charting library, which index.html loads. */
const { uPlot } = globalThis;

const HEIGHT = 110;
const REDRAW_MS = 500;
/** How much time is drawn. */
const SHOWN_MS = 60_000;

/** What is drawn, each from two samples of which one comes a while after the other. */
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
/** Rates are taken over so many samples: single frames are too short to be steady. */
const SPAN = 20;
const LEAST_SPAN = 5;
/** Of so much time one sample is drawn. */
const SLICE_MS = 250;
/** About as wide is a character of an axis, and what is beside it. */
const CHARACTER_WIDTH = 6.5;
const AXIS_MARGIN = 12;

/** A chart for each measure. */
export class Charts {
  element = element("div", { class: "charts" });
  #charts = [];
  #turn = new AtMostEvery(REDRAW_MS);

  /** @param {Record<string, string>} titles by measure; what has no title is not drawn */
  constructor(titles) {
    for (const [name, title] of Object.entries(titles)) {
      const value = element("span", { class: "value" });
      const figure = element("figure", {}, element("figcaption", {}, title, " ", value));
      this.element.append(figure);
      this.#charts.push({ name, figure, value, plot: undefined });
    }
  }

  /** Shows how it was at a time, and what led to it. */
  draw(samples, toMs) {
    const last = indexAt(samples, toMs);
    if (!this.#turn.isDue(samples[last].frame, innerWidth, darkScheme.matches)) return;
    const first = Math.max(0, indexAt(samples, toMs - SHOWN_MS) - SPAN);
    const shown = samples.slice(first, last + 1).map(({ frame }) => frame);
    const drawn = drawnOf(shown);
    const times = drawn.map((i) => shown[i].timeMs / 1_000);
    // All at once: to ask for a width after something was written lays the whole page out anew.
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

/** Which frames are drawn: of each slice the first, so that they stay the same ones, and the last. */
function drawnOf(frames) {
  const sliceOf = (i) => Math.floor(frames[i].timeMs / SLICE_MS);
  return [...frames.keys()].slice(LEAST_SPAN).filter((i) =>
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
    scales: { y: { range: (_, least, most) => [Math.min(0, least), Math.max(1, most * 1.1)] } },
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
