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
/** How high the lines are, and what a server's name takes above them where it is narrow. */
const LATENCY_PX = 420;
const NAME_PX = 10;

/** As many colors as there are servers, as far apart as they can be, and readable on both grounds. */
function colorOf(index) {
  return `hsl(${Math.round(index * 360 / servers.length)} 65% 50%)`;
}

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** One round trip in this many lies beyond the percentile. */
function oneIn(percentile) {
  return 100 / (100 - percentile);
}

function bars(id, valueOf, label) {
  const rows = servers.map((server) => ({ name: server.name, value: valueOf(server.figures) }))
    .filter(({ value }) => value !== undefined);
  document.getElementById(id).parentElement.style.height = `${rows.length * BAR_PX + AXIS_PX}px`;
  return new Chart(id, {
    type: "bar",
    data: {
      labels: rows.map(({ name }) => name),
      datasets: [{ label, data: rows.map(({ value }) => value), backgroundColor: color("bar") }],
    },
    options: {
      indexAxis: "y",
      animation: false,
      maintainAspectRatio: false,
      plugins: { legend: { display: false } },
      scales: {
        x: { beginAtZero: true, grid: { color: color("line") } },
        y: { grid: { display: false }, ticks: { autoSkip: false } },
      },
    },
  });
}

function latencies(id) {
  document.getElementById(id).parentElement.style.height = `${
    LATENCY_PX + servers.length * NAME_PX
  }px`;
  return new Chart(id, {
    type: "line",
    data: {
      datasets: servers.map(({ name, latencies }, index) => ({
        label: name,
        data: latencies.map(([percentile, ms]) => ({ x: oneIn(percentile), y: ms })),
        borderColor: colorOf(index),
        backgroundColor: colorOf(index),
        borderWidth: 2,
        pointRadius: 0,
      })).filter(({ data }) => data.length > 0),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "nearest", intersect: false },
      plugins: { tooltip: { callbacks: { title: ([{ parsed }]) => percentileText(parsed.x) } } },
      scales: {
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
      },
    },
  });
}

function percentileText(oneInSoMany) {
  return `${Number((100 - 100 / oneInSoMany).toFixed(2))} %`;
}

function draw() {
  Chart.defaults.color = color("text");
  return [
    bars("throughput", (figures) => figures[ranking], texts.throughput),
    latencies("latency"),
    bars("memory", ({ peakMemoryBytes: bytes }) => bytes && bytes / 1e6, texts.memory),
    bars("cpu", (figures) => figures.cpuSecondsPerMillion, texts.cpu),
  ];
}

let charts = draw();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const chart of charts) chart.destroy();
  charts = draw();
});
