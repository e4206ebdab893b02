import { barChart } from "../../cli/bar_chart.ts";
import { padEnd, padStart, widest } from "../../cli/columns.ts";
import { assertEquals } from "../harness/assert.ts";
import "../harness/sanitizers.ts";

function bars(...values: number[]) {
  return values.map((value) => ({ label: "x", value, shown: String(value) }));
}

Deno.test("barChart() draws the largest value as wide as there is room, others in proportion", () => {
  assertEquals(barChart(bars(16, 8, 4, 0), { columns: 13, scale: "linear" }), [
    "x 16 ████████",
    "x  8 ████",
    "x  4 ██",
    "x  0 ",
  ]);
});

Deno.test("barChart() draws parts of a column", () => {
  const [, half] = barChart(bars(8, 4.5), { columns: 14, scale: "linear" });
  assertEquals(half, "x 4.5 ████▌");
});

Deno.test("barChart() draws ten times as much longer by the same, logarithmically", () => {
  const chart = barChart(bars(1, 10, 100, 1_000), { columns: 15, scale: "logarithmic" });
  assertEquals(chart, [
    "x    1 ██",
    "x   10 ████",
    "x  100 ██████",
    "x 1000 ████████",
  ]);
});

Deno.test("barChart() draws nothing where there is nothing", () => {
  for (const scale of ["linear", "logarithmic"] as const) {
    assertEquals(barChart([], { columns: 80, scale }), []);
    assertEquals(barChart(bars(0, 0), { columns: 80, scale }), ["x 0 ", "x 0 "]);
  }
});

Deno.test("barChart() puts labels of any script in columns", () => {
  const chart = barChart([
    { label: "线程", value: 8, shown: "8 µs" },
    { label: "process", value: 8, shown: "10 µs" },
  ], { columns: 22, scale: "linear" });
  assertEquals(chart, ["线程     8 µs ████████", "process 10 µs ████████"]);
});

Deno.test("texts are padded by the columns that they take", () => {
  assertEquals(padEnd("线程", 6), "线程  ");
  assertEquals(padStart("线程", 6), "  线程");
  assertEquals(padEnd("too long", 3), "too long");
  assertEquals(widest(["线程", "abc"]), 4);
  assertEquals(widest([]), 0);
});
