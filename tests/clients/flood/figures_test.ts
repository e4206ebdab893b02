import { figureOf, FLOOD_FIGURES, judgedFaults } from "../../../clients/flood/figures.ts";
import { histogramChart } from "../../../clients/flood/histogram_chart.ts";
import { CSV_HEADER, csvRow } from "../../../clients/flood/csv.ts";
import { Durations, Measurements } from "../../../clients/flood/measurements.ts";
import { exitStatus } from "../../../clients/flood/print_results.ts";
import { assertEquals, assertLessOrEqual } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

const CONNS = 10;

/** A flood of two seconds in which a few things went wrong. */
function flood() {
  const measurements = new Measurements();
  const { roundTrips, connectTimes } = measurements;
  for (let ms = 1; ms <= 100; ms++) roundTrips.record(ms);
  connectTimes.record(5);
  Object.assign(measurements, {
    ...{ clients: 10, opened: 8, refused: 2, served: 7, lost: 1, lostUnserved: 1 },
    ...{ messagesSent: 400, messagesEchoed: 398, messagesUnanswered: 2, messagesNotSent: 100 },
    ...{ bytesReceived: 1_000, wrongBytes: 5, finished: 6 },
  });
  measurements.statuses["200"] = 90;
  measurements.statuses["503"] = 10;
  return { measurements, elapsedMs: 2_000 };
}

Deno.test("every figure that is named has its kind and its value", () => {
  for (const name of FLOOD_FIGURES.names) {
    const kind = FLOOD_FIGURES.kindOf(name);
    const value = figureOf(flood(), CONNS, name, false);
    assertEquals([name, kind !== undefined], [name, true]);
    assertEquals([name, value === undefined], [name, name === "first-p99"]);
  }
  for (const name of ["p", "p101", "p99.", "p-1", "max-p99", "first", "toString", "", "P99"]) {
    assertEquals([name, FLOOD_FIGURES.kindOf(name)], [name, undefined]);
  }
});

for (
  const [name, value, share] of [
    ["p50", 50, undefined],
    ["p99.9", 100, undefined],
    ["p100", 100, undefined],
    ["max", 100, undefined],
    ["connect-max", 5, undefined],
    ["rate", 199, undefined],
    ["connection-rate", 3, undefined],
    ["sent", 400, undefined],
    ["lost", 3, 1 / 8], // a connection of 8, and 2 messages of 400
    ["lost-connections", 1, 1 / 8],
    ["unanswered", 2, 2 / 400],
    ["refused", 2, 0.2],
    ["served", 7, 0.7],
    ["not-sent", 100, 0.2],
    ["wrong", 5, 0.005],
    ["http-errors", 10, 0.1],
  ] as const
) {
  Deno.test(`the figure ${name} is ${value}`, () => {
    const actual = figureOf(flood(), CONNS, name, false) ?? NaN;
    assertLessOrEqual(Math.abs(actual - value), value / 1_000);
    if (share !== undefined) assertEquals(figureOf(flood(), CONNS, name, true), share);
  });
}

Deno.test("of nothing, no part is missing", () => {
  const nothing = { measurements: new Measurements(), elapsedMs: 0 };
  for (const name of ["lost", "refused", "not-sent", "wrong", "http-errors"]) {
    assertEquals(figureOf(nothing, CONNS, name, true), 0);
  }
});

Deno.test("a promise about a fault decides about it, and about no other", () => {
  const measurements = new Measurements();
  Object.assign(measurements, { clients: 10, opened: 10, served: 9, lost: 1, lostUnserved: 1 });
  const flood = { measurements, elapsedMs: 1_000 };
  const statusWith = (figure: string, isKept: boolean) => {
    const expectation = { text: "", figure, kind: "part", comparison: "<", value: 1 } as const;
    return exitStatus(flood, CONNS, [
      { expectation: { ...expectation, isShare: false }, actual: 1, isKept },
    ]);
  };
  assertEquals(exitStatus(flood, CONNS, []), 1);
  assertEquals(statusWith("lost", true), 0);
  assertEquals(statusWith("lost", false), 3);
  assertEquals(statusWith("refused", true), 1);
  assertEquals(statusWith("p99", true), 1);
  assertEquals([...judgedFaults(["p99", "wrong", "wrong"])], ["wrong"]);
});

Deno.test("histogramChart() counts every time once, between its edges", () => {
  const durations = new Durations();
  for (const ms of [0.01, 0.4, 0.5, 0.6, 3, 3, 3, 200_000]) durations.record(ms);
  const lines = histogramChart(durations, 60);
  const rows = lines.map((line) => /^≤ ([\d.]+ \S+) +([\d,]+)/.exec(line)?.slice(1) ?? []);
  assertEquals(rows.filter(([, count]) => count !== "0"), [
    ["10 µs", "1"],
    ["500 µs", "2"],
    ["1 ms", "1"],
    ["5 ms", "3"],
    ["200 s", "1"],
  ]);
  assertEquals(rows.length, 23);
  assertEquals(histogramChart(new Durations(), 60), []);
});

Deno.test("a row of the table counts each error once, also one without a column", () => {
  const measurements = new Measurements();
  Object.assign(measurements.refusedBy, { ECONNREFUSED: 1, ENETUNREACH: 2, EMFILE: 3 });
  Object.assign(measurements.lostBy, { reset: 4, EHOSTUNREACH: 5 });
  Object.assign(measurements.statuses, { "200": 6, "204": 7, "404": 8 });
  const row = csvRow({
    ...{ index: 1, startMs: 1_000, endMs: 2_000, startedAtMs: Date.UTC(2030, 0) },
    ...{ connected: 9, waiting: 0, measurements },
  });
  const names = CSV_HEADER.trim().split(",");
  const cells = new Map(row.trim().split(",").map((cell, index) => [names[index], cell]));
  assertEquals(cells.size, names.length);
  assertEquals(
    ["refused_ECONNREFUSED", "refused_other", "lost_reset", "lost_other", "http_2xx", "http_4xx"]
      .map((name) => cells.get(name)),
    ["1", "5", "4", "5", "13", "8"],
  );
  assertEquals([cells.get("time"), cells.get("second")], ["2030-01-01T00:00:00.000Z", "1"]);
  assertEquals(cells.get("round_trip_p99_ms"), "");
});
