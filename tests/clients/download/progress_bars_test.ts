/**
 * What is shown of active downloads.
 *
 * @module
 */

import stringWidth from "string-width";
import { en } from "../../../cli/messages/en/mod.ts";
import { zh } from "../../../cli/messages/zh/mod.ts";
import { progressLine } from "../../../cli/progress_line.ts";
import { Download } from "../../../clients/download/download.ts";
import { describeProgress } from "../../../clients/download/progress_bars.ts";
import { Speed } from "../../../clients/download/progress_bars.ts";
import { assertEquals, assertLessOrEqual, assertMatch } from "../../harness/assert.ts";

/** A download that has got so far. */
function at(receivedBytes: number, sizeBytes: number | undefined, name = "file.iso"): Download {
  const download = new Download(new URL("http://host/"), name);
  download.begin(0, sizeBytes);
  download.took(receivedBytes);
  return download;
}

Deno.test("a line tells how much of the file is here, how fast it comes, and how long it takes", () => {
  const line = describeProgress(at(25_000_000, 100_000_000), 1_000_000, 80, en);
  assertMatch(line, /^file\.iso +\[===> +\] +25% +25 MB\/100 MB +1 MB\/s +1:15$/);
  assertEquals(stringWidth(line), 80);
});

Deno.test("without a size there is no bar and no end in sight", () => {
  const line = describeProgress(at(25_000_000, undefined), 1_000_000, 80, en);
  assertMatch(line, /^file\.iso +25 MB +1 MB\/s$/);
});

Deno.test("the time that is left is told in hours, too, unless nobody can know", () => {
  const timeOf = (bytesPerSecond: number) =>
    describeProgress(at(0, 7_265_000), bytesPerSecond, 80, en).split(" ").at(-1);
  assertEquals([7_265_000, 1_000, 1, 0].map(timeOf), ["0:01", "2:01:05", "-:--", "-:--"]);
});

Deno.test("before the server answers, and between attempts, it says so", () => {
  const download = at(5, 10);
  for (const [phase, text] of [["asking", zh.download.asking], ["pausing", zh.download.pausing]]) {
    download.phase = phase === "asking" ? "asking" : "pausing";
    assertMatch(describeProgress(download, 0, 80, zh), new RegExp(`^file\\.iso +${text}$`));
  }
});

for (
  const name of [
    "f",
    "a-rather-long-name-of-a-file-that-will-not-fit.tar.gz",
    "很长的中文文件名".repeat(9),
  ]
) {
  Deno.test(`no line is longer than the terminal is wide: ${name}`, () => {
    for (let columns = 10; columns <= 200; columns++) {
      const line = describeProgress(at(123_456_789, 987_654_321, name), 12_345_678, columns, en);
      assertLessOrEqual(stringWidth(line), columns);
      assertMatch(line, / 12%/, "how much is here is told anywhere");
    }
  });
}

Deno.test("what has no room is left away: the bar, then the last facts", () => {
  const line = (columns: number) =>
    progressLine({ name: "abcdefghijkl", fraction: 0.5, facts: ["50%", "fact", "other"] }, columns);
  assertEquals(line(60), "abcdefghijkl           [========>        ]  50%  fact  other");
  assertEquals(line(31), "abcdefghijkl".padEnd(13) + "  50%  fact  other");
  assertEquals(line(29), "abcdefghijkl".padEnd(18) + "  50%  fact");
  assertEquals(line(16), "abcdefghij…  50%");
});

Deno.test("a bar is full at the end, and not before", () => {
  const barAt = (fraction: number) =>
    /\[(.*)\]/.exec(progressLine({ name: "f", fraction, facts: ["x"] }, 50))?.[1];
  assertMatch(barAt(0) ?? "", /^> +$/);
  assertMatch(barAt(0.999) ?? "", /^=+>$/);
  assertMatch(barAt(1) ?? "", /^=+$/);
});

Deno.test("the speed is that of the last seconds", () => {
  const speed = new Speed();
  assertEquals(speed.measure(500, 0), 0);
  assertEquals(speed.measure(1_500, 1_000), 1_000);
  for (let second = 2; second <= 20; second++) speed.measure(1_500, second * 1_000);
  assertEquals(speed.measure(1_500, 21_000), 0);
});
