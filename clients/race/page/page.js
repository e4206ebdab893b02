/**
 * Draws the charts of a race. It runs in the browser, where Chart.js and the data are in the page.
 *
 * @module
 */

const { servers, ranking, texts } = JSON.parse(document.getElementById("race").textContent);

/** The marks on the axis of percentiles: beyond each lie ten times fewer round trips. */
const PERCENTILE_TICKS = [0, 90, 99, 99.9, 99.99];
/** How high a bar with its gap is, and what the axis needs, in pixels. */
const BAR_PX = 26;
const AXIS_PX = 60;
/** How high the lines are at least, and what the name at the end of each needs. */
const LATENCY_PX = 420;
const NAME_PX = 14;
/** People tell no more hues than this apart. All other servers are grey, until they are pointed at. */
const HUES = 5;

/** The servers that have a hue: the best of those that hold the load. */
const colored = servers.filter(({ holdsLoad }) => holdsLoad).slice(0, HUES);

function colorOf(server) {
  const index = colored.indexOf(server);
  return color(index < 0 ? "rest" : `hue${index + 1}`);
}

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** One round trip in this many lies beyond the percentile. */
function oneIn(percentile) {
  return 100 / (100 - percentile);
}

/** Draws each round as a dot, and the interval of the median as a bracket, over the bars. */
const roundsPlugin = {
  id: "rounds",
  afterDatasetsDraw(chart, _, { rows }) {
    const { ctx, scales: { x } } = chart;
    const bars = chart.getDatasetMeta(0).data;
    const marks = new Path2D();
    rows.forEach(({ rounds, interval }, index) => {
      const { y } = bars[index];
      for (const value of rounds) {
        const at = x.getPixelForValue(value);
        marks.moveTo(at + 1.5, y);
        marks.arc(at, y, 1.5, 0, 2 * Math.PI);
      }
      if (interval === undefined) return;
      const [low, high] = [x.getPixelForValue(interval.low), x.getPixelForValue(interval.high)];
      for (const end of [low, high]) {
        marks.moveTo(end, y - 6);
        marks.lineTo(end, y + 6);
      }
      marks.moveTo(low, y);
      marks.lineTo(high, y);
    });
    // An edge in the color of the ground makes them visible on a bar of any color.
    for (const [name, width] of [["ground", 4], ["text", 1.5]]) {
      ctx.save();
      ctx.strokeStyle = color(name);
      ctx.lineWidth = width;
      ctx.stroke(marks);
      ctx.restore();
    }
  },
};

/** All servers have a row; one that failed has neither a bar nor dots. */
function bars(id, figure, unit, label) {
  const scaled = (value) => value === undefined ? undefined : value / unit;
  const rows = servers.map(({ figures, rounds, intervals }) => ({
    value: scaled(figures[figure]),
    rounds: rounds.flatMap((one) => scaled(one[figure]) ?? []),
    interval: intervals[figure] &&
      { low: scaled(intervals[figure].low), high: scaled(intervals[figure].high) },
  }));
  const parent = document.getElementById(id).parentElement;
  if (rows.every(({ value }) => value === undefined)) {
    parent.hidden = true;
    parent.previousElementSibling.hidden = true;
  }
  parent.style.height = `${rows.length * BAR_PX + AXIS_PX}px`;
  return new Chart(id, {
    type: "bar",
    data: {
      labels: servers.map(nameInChart),
      datasets: [{
        label,
        data: rows.map(({ value }) => value),
        backgroundColor: servers.map(colorOf),
      }],
    },
    options: {
      indexAxis: "y",
      animation: false,
      maintainAspectRatio: false,
      plugins: {
        legend: { display: false },
        rounds: { rows },
        tooltip: { callbacks: { afterBody: ([{ dataIndex }]) => roundsText(rows[dataIndex]) } },
      },
      scales: {
        x: {
          beginAtZero: true,
          suggestedMax: Math.max(0, ...rows.flatMap(({ rounds }) => rounds)),
          grid: { color: color("line") },
        },
        y: {
          grid: { display: false },
          ticks: { autoSkip: false, font: { size: isNarrow() ? 10 : 12 } },
        },
      },
    },
    plugins: [roundsPlugin],
  });
}

/** The name, and why the server is not compared: below each other where there is little room. */
function nameInChart({ name, whyApart }) {
  if (whyApart === "") return name;
  return isNarrow() ? [name, whyApart] : `${name} ${whyApart}`;
}

function roundsText({ rounds }) {
  return rounds.map((value) => Number(value.toPrecision(4)).toLocaleString()).join(", ");
}

/**
 * Writes the name of each server at the end of its line; that of one that failed has no line, and stands
 * at the bottom.
 */
const namesPlugin = {
  id: "names",
  afterDatasetsDraw(chart) {
    const { ctx, chartArea: { right, top, bottom } } = chart;
    const names = servers.map((server, index) => ({
      server,
      index,
      y: chart.getDatasetMeta(index).data.at(-1)?.y ?? bottom,
    })).sort((a, b) => a.y - b.y);
    // Each as near to its line as the others leave room for: from below up, after from above down.
    for (let at = names.length - 1, limit = bottom; at >= 0; at--) {
      names[at].y = Math.max(top, Math.min(names[at].y, limit));
      limit = names[at].y - NAME_PX;
    }
    for (let at = 1; at < names.length; at++) {
      names[at].y = Math.max(names[at].y, names[at - 1].y + NAME_PX);
    }
    ctx.save();
    ctx.textBaseline = "middle";
    ctx.font = nameFont();
    for (const { server, index, y } of names) {
      ctx.fillStyle = index === pointedAt ? color("text") : colorOf(server);
      ctx.fillText(server.name, right + 6, y);
    }
    ctx.restore();
  },
};

function isNarrow() {
  return innerWidth < 700;
}

function nameFont() {
  return `${isNarrow() ? 10 : 12}px system-ui, sans-serif`;
}

/** How much room the names take, in pixels. */
function namesWidth() {
  const context = document.createElement("canvas").getContext("2d");
  context.font = nameFont();
  return Math.max(...servers.map((server) => context.measureText(server.name).width)) + 10;
}

/** The server whose line is pointed at. */
let pointedAt;

function pointAt(chart, index) {
  if (index === pointedAt) return;
  pointedAt = index;
  chart.data.datasets.forEach((dataset, at) => {
    dataset.borderColor = at === index ? color("text") : colorOf(servers[at]);
    dataset.borderWidth = at === index ? 3 : 2;
  });
  chart.update("none");
}

function latencies(id) {
  document.getElementById(id).parentElement.style.height = `${
    Math.max(LATENCY_PX, servers.length * NAME_PX + AXIS_PX)
  }px`;
  return new Chart(id, {
    type: "line",
    data: {
      datasets: servers.map((server) => ({
        label: server.name,
        data: server.latencies.map(([percentile, ms]) => ({ x: oneIn(percentile), y: ms })),
        borderColor: colorOf(server),
        backgroundColor: colorOf(server),
        borderDash: server.holdsLoad ? [] : [4, 4],
        borderWidth: 2,
        pointRadius: 0,
      })),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      layout: { padding: { right: namesWidth() } },
      interaction: { mode: "nearest", intersect: false },
      onHover: (_, [nearest], chart) => pointAt(chart, nearest?.datasetIndex),
      plugins: {
        legend: { display: false },
        tooltip: { callbacks: { title: ([{ parsed }]) => percentileText(parsed.x) } },
      },
      scales: latencyScales(),
    },
    plugins: [namesPlugin],
  });
}

function latencyScales() {
  return {
    x: {
      type: "logarithmic",
      min: 1,
      max: oneIn(PERCENTILE_TICKS.at(-1)),
      title: { display: true, text: texts.percentileAxis },
      grid: { color: color("line") },
      afterBuildTicks: (axis) => {
        axis.ticks = PERCENTILE_TICKS.map((percentile) => ({ value: oneIn(percentile) }));
      },
      ticks: { callback: percentileText },
    },
    y: {
      type: "logarithmic",
      title: { display: true, text: texts.latencyAxis },
      grid: { color: color("line") },
      ticks: { callback: (ms) => Number.isInteger(Math.log10(ms)) ? String(ms) : "" },
    },
  };
}

function percentileText(oneInSoMany) {
  return `${Number((100 - 100 / oneInSoMany).toFixed(2))} %`;
}

function draw() {
  Chart.defaults.color = color("text");
  pointedAt = undefined;
  return [
    bars("throughput", ranking, 1, texts.throughput),
    latencies("latency"),
    bars("memory", "peakMemoryBytes", 1e6, texts.memory),
    bars("cpu", "cpuSecondsPerMillion", 1, texts.cpu),
  ];
}

let charts = draw();
function drawAgain() {
  for (const chart of charts) chart.destroy();
  charts = draw();
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAgain);
matchMedia("(max-width: 699px)").addEventListener("change", drawAgain);
