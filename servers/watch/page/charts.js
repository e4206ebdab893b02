/**
 * Charts of the measurements of a run over time.
 *
 * @module
 */

import { colorOf, darkScheme, element, setText, shownNumber } from "./dom.js";
import { indexAt } from "./history.js";
import { Gestures } from "./gestures.js";
import { relativeTime } from "./moment.js";
import { Throttle } from "./pace.js";
import { SPAN_MS } from "./shown.js";

/** The charting library, which index.html loads. */
const { uPlot } = globalThis;

const HEIGHT = 110;
const REDRAW_MS = 500;
/** One sample of each slice is drawn, of so many. */
const SLICES = 240;

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
const MIN_SPAN_MS = 250;
/** While a page is shown, frames come more often than this. */
const MISSING_MS = 3_000;
/** The approximate width of a character of an axis, and the space beside it, in pixels. */
const CHARACTER_WIDTH = 6.5;
const AXIS_MARGIN = 12;

/** A chart for each measure, with the cursor of the page in it. */
export class Charts {
  element = element("div", { class: "charts" });
  #charts = [];
  #timeline;
  #throttle = new Throttle(REDRAW_MS);
  #values = new Throttle(REDRAW_MS);
  /** The times of both ends of what was drawn, and the time from which its axis counts. */
  #drawn = { fromMs: 0, toMs: 1, zeroMs: 0 };

  /**
   * @param {Record<string, string>} titles by measure; a measure without a title is not drawn
   * @param timeline the page's time
   */
  constructor(titles, timeline) {
    this.#timeline = timeline;
    for (const [name, title] of Object.entries(titles)) {
      const value = element("span", { class: "value" });
      const figure = element("figure", {}, element("figcaption", {}, title, " ", value));
      const [cursor, pointer] = ["chart-cursor", "chart-pointer"].map((name) =>
        element("i", { class: name, hidden: true })
      );
      this.element.append(figure);
      this.#charts.push({ name, title, figure, value, cursor, pointer, plot: undefined });
    }
  }

  /** What was drawn last, for a picture. */
  get drawn() {
    const { zeroMs } = this.#drawn;
    return this.#charts.map(({ title, value, plot }) => {
      const [times, values] = plot?.data ?? [[], []];
      const shownMax = (max) => shownNumber(max, max < 10 ? 1 : 0);
      const since = times.map((seconds) => seconds + zeroMs / 1_000);
      return { title, value: value.textContent, times: since, values, shownMax };
    });
  }

  /**
   * Draws what is shown. A span that has only a few samples is drawn with what was before it.
   *
   * @param {import("./shown.js").Shown} shown
   */
  draw(samples, shown) {
    const { toMs, zeroMs } = shown;
    const fromMs = Math.min(shown.fromMs, toMs - SPAN_MS);
    const last = indexAt(samples, toMs);
    const looks = [innerWidth, darkScheme.matches];
    if (this.#throttle.isDue(samples[last].frame, fromMs, toMs, ...looks)) {
      this.#drawn = { fromMs, toMs, zeroMs };
      const first = Math.max(0, indexAt(samples, fromMs) - SPAN);
      this.#drawPlots(samples.slice(first, last + 1).map(({ frame }) => frame));
    }
    const atMs = shown.pointerMs ?? shown.atMs;
    const isPointedAt = shown.pointerMs !== undefined;
    if (isPointedAt || this.#values.isDue(samples, samples[indexAt(samples, atMs)].frame)) {
      this.#showValues(samples, atMs);
    }
    this.#placeLines(shown);
  }

  #drawPlots(frames) {
    const { fromMs, toMs, zeroMs } = this.#drawn;
    const drawn = drawnOf(frames, (toMs - fromMs) / SLICES);
    const times = drawn.map((i) => (frames[i].timeMs - zeroMs) / 1_000);
    // All widths at once: reading one after a change to the page forces a new layout.
    const widths = this.#charts.map(({ figure }) => Math.max(80, figure.clientWidth - 8));
    this.#charts.forEach((chart, index) => {
      const values = drawn.map((i) => valueOf(chart, frames, i));
      this.#drawOne(chart, [times, values], widths[index]);
    });
  }

  #drawOne(chart, data, width) {
    if (chart.plot === undefined) {
      const range = () => {
        const { fromMs, toMs, zeroMs } = this.#drawn;
        return [fromMs, toMs].map((timeMs) => (timeMs - zeroMs) / 1_000);
      };
      chart.plot = new uPlot(optionsOf(chart.name, width, range), data, chart.figure);
      chart.plot.over.append(chart.cursor, chart.pointer);
      this.#listen(chart.plot);
    }
    if (chart.plot.width !== width) chart.plot.setSize({ width, height: HEIGHT });
    chart.plot.setData(data);
  }

  /** In a chart the pointer does what it does in the lanes; the wheel scrolls the page. */
  #listen(plot) {
    const timeline = this.#timeline;
    const timeAt = (x) => this.#drawn.zeroMs + plot.posToVal(x, "x") * 1_000;
    new Gestures(plot.over, {
      hover: (place) => timeline.pointAt(place === undefined ? undefined : timeAt(place.x)),
      click: ({ x }) => timeline.point(timeAt(x)),
      drag: (fromX, toX) => timeline.pan(timeAt(fromX) - timeAt(toX)),
    });
  }

  #showValues(samples, atMs) {
    const last = indexAt(samples, atMs);
    const frames = samples.slice(Math.max(0, last - SPAN), last + 1).map(({ frame }) => frame);
    for (const chart of this.#charts) {
      const value = valueOf(chart, frames, frames.length - 1);
      const digits = value < 10 && !Number.isInteger(value) ? 1 : 0;
      setText(chart.value, value === null ? "–" : shownNumber(value, digits));
    }
  }

  #placeLines({ atMs, toMs, pointerMs }) {
    for (const { plot, cursor, pointer } of this.#charts) {
      if (plot === undefined) continue;
      this.#place(plot, cursor, atMs < toMs ? atMs : undefined);
      this.#place(plot, pointer, pointerMs);
    }
  }

  #place(plot, line, timeMs) {
    const isHidden = timeMs === undefined || timeMs < this.#drawn.fromMs;
    if (line.hidden !== isHidden) line.hidden = isHidden;
    if (isHidden) return;
    const x = plot.valToPos((timeMs - this.#drawn.zeroMs) / 1_000, "x");
    const transform = `translateX(${Math.round(x)}px)`;
    if (line.style.transform !== transform) line.style.transform = transform;
  }
}

/** The value at a frame; `null` where too little is known before it, as after a gap. */
function valueOf({ name }, frames, i) {
  let first = i;
  while (first > Math.max(0, i - SPAN) && !followsGap(frames, first)) first--;
  const isKnown = frames[i].timeMs - frames[first].timeMs >= MIN_SPAN_MS;
  return isKnown ? MEASURES[name](frames[i], frames[first]) : null;
}

/** Whether the page was hidden before a frame, or missed what was there for another reason. */
function followsGap(frames, i) {
  if (i === 0) return false;
  return frames[i].isWhole || frames[i].timeMs - frames[i - 1].timeMs > MISSING_MS;
}

/**
 * The indices of the drawn frames: the first of each slice, so that they stay the same, the first after a
 * gap, so that no line crosses it, and the last.
 */
function drawnOf(frames, sliceMs) {
  const sliceOf = (i) => Math.floor(frames[i].timeMs / sliceMs);
  return [...frames.keys()].slice(1).filter((i) =>
    i === frames.length - 1 || sliceOf(i) !== sliceOf(i - 1) || followsGap(frames, i)
  );
}

function optionsOf(name, width, range) {
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
    scales: {
      x: { time: false, range },
      y: { range: (_, min, max) => [Math.min(0, min), Math.max(1, max * 1.1)] },
    },
    axes: [
      {
        ...axis,
        space: 48,
        size: 22,
        values: (plot, ticks) =>
          ticks.map((tick) => tick >= 0 && fits(plot, tick) ? shownTick(tick) : ""),
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
  const half = shownTick(tick).length * CHARACTER_WIDTH / 2;
  return x >= half && x <= plot.width - half;
}

function shownTick(tick) {
  return relativeTime(tick, Number.isInteger(tick) ? 0 : 1);
}
