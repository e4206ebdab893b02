/**
 * The numbers of a run over time.
 *
 * @module
 */

import { colorOf, element, shownNumber } from "./dom.js";
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

/** A chart for each measure. */
export class Charts {
  element = element("div", { class: "charts" });
  #charts = [];
  #turn = new AtMostEvery(REDRAW_MS);

  /** @param {Record<string, string>} titles by measure; what has no title is not drawn */
  constructor(titles) {
    for (const [name, title] of Object.entries(titles)) {
      const value = element("output", { class: "value" });
      const figure = element("figure", {}, element("figcaption", {}, title, " ", value));
      this.element.append(figure);
      this.#charts.push({ name, figure, value, plot: undefined });
    }
  }

  draw(samples, toMs) {
    if (samples.length < 2 || !this.#turn.isDue()) return;
    const shown = samples.map(({ frame }) => frame)
      .filter(({ timeMs }) => timeMs > toMs - SHOWN_MS && timeMs <= toMs);
    const step = Math.max(1, Math.floor(shown.length / 240));
    // All at once: to ask for a width after something was written lays the whole page out anew.
    const widths = this.#charts.map(({ figure }) => Math.max(80, figure.clientWidth - 8));
    this.#charts.forEach((chart, index) => {
      const times = [];
      const values = [];
      for (let i = SPAN; i < shown.length; i += step) {
        times.push(shown[i].timeMs / 1_000);
        values.push(MEASURES[chart.name](shown[i], shown[i - SPAN]));
      }
      this.#drawOne(chart, [times, values], widths[index]);
    });
  }

  #drawOne(chart, data, width) {
    const last = data[1].at(-1);
    if (last === undefined) return;
    chart.value.textContent = last === null
      ? "–"
      : shownNumber(last, last < 10 && !Number.isInteger(last) ? 1 : 0);
    chart.plot ??= new uPlot(optionsOf(chart.name, width), data, chart.figure);
    if (chart.plot.width !== width) chart.plot.setSize({ width, height: HEIGHT });
    chart.plot.setData(data);
  }
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
      { ...axis, space: 80, size: 22 },
      {
        ...axis,
        size: 50,
        values: (_, ticks) =>
          ticks.map((tick) => shownNumber(tick, Number.isInteger(tick) ? 0 : 1)),
      },
    ],
    series: [{}, { stroke: () => colorOf("accent"), width: 1.5, points: { show: false } }],
    label: name,
  };
}
