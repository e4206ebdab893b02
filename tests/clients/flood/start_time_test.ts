import { parseTime } from "../../../clients/flood/start_time.ts";
import { assertEquals } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

const NOON_MS = new Date(2030, 0, 31, 12, 0, 0).getTime();

for (
  const [typed, wantedMs] of [
    ["+5s", NOON_MS + 5_000],
    ["+250ms", NOON_MS + 250],
    ["+1.5m", NOON_MS + 90_000],
    ["12:00:05", NOON_MS + 5_000],
    ["12:01", NOON_MS + 60_000],
    ["9:30:00", NOON_MS - 2.5 * 3_600_000],
    ["11:59:59.5", NOON_MS - 500],
    ["2030-01-31T12:00:05", NOON_MS + 5_000],
    ["2030-01-31T12:00:05Z", Date.UTC(2030, 0, 31, 12, 0, 5)],
    ["2030-01-31T12:00:05.250+02:00", Date.UTC(2030, 0, 31, 10, 0, 5, 250)],
  ] as const
) {
  Deno.test(`parseTime() understands ${typed}`, () => {
    assertEquals(parseTime(typed, NOON_MS), wantedMs);
  });
}

Deno.test("a time by the clock is the nearest one, across midnight as well", () => {
  const lateMs = new Date(2030, 0, 31, 23, 59, 58).getTime();
  assertEquals(parseTime("00:00:03", lateMs), lateMs + 5_000);
  assertEquals(parseTime("23:59:55", lateMs), lateMs - 3_000);
  assertEquals(parseTime("23:59:55", lateMs + 7_000), lateMs - 3_000);
});

for (
  const typed of ["", "now", "5s", "+5", "+s", "24:00:00", "12:60", "12:00:60", "12", "12:0"]
    .concat(
      "2030-02-31T12:00",
      "2030-01-31",
      "2030-13-31T12:00",
      "31.1.2030 12:00",
      "12:00:05 ",
      "-5s",
    )
) {
  Deno.test(`parseTime() refuses ${JSON.stringify(typed)}`, () => {
    assertEquals(parseTime(typed, NOON_MS), undefined);
  });
}
