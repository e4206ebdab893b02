import { UsageError } from "../../../cli/errors.ts";
import { loadMessages } from "../../../cli/messages.ts";
import { en } from "../../../cli/messages/en/mod.ts";
import {
  type FigureKind,
  judge,
  type KnownFigures,
  parseExpectation,
} from "../../../clients/expect/expectation.ts";
import { describeVerdicts, recordVerdicts } from "../../../clients/expect/verdicts.ts";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

const KINDS: Readonly<Record<string, FigureKind>> = {
  p99: "time",
  count: "count",
  lost: "part",
  rate: "rate",
  memory: "bytes",
  change: "change",
};
const FIGURES: KnownFigures = {
  names: Object.keys(KINDS),
  kindOf: (name) => new Map(Object.entries(KINDS)).get(name),
};

const parse = (typed: string) => parseExpectation("--expect", typed, FIGURES, en);

for (
  const [typed, comparison, value] of [
    ["p99 < 50ms", "<", 50],
    ["p99<50ms", "<", 50],
    ["  p99   <=  1.5s ", "<=", 1_500],
    ["p99 ≤ 250us", "<=", 0.25],
    ["p99 != 0", "!=", 0],
    ["count == 3", "=", 3],
    ["count ≥ 10k", ">=", 10_000],
    ["lost = 0", "=", 0],
    ["lost < 0.1%", "<", 0.001],
    ["rate > 1,000", ">", 1_000],
    ["rate > 1_000_000/s", ">", 1e6],
    ["rate > 1.5 M", ">", 1.5e6],
    ["memory < 64 MB", "<", 64e6],
    ["change < +10%", "<", 0.1],
    ["change > -5 %", ">", -0.05],
  ] as const
) {
  Deno.test(`parseExpectation() understands ${JSON.stringify(typed)}`, () => {
    const expectation = parse(typed);
    assertEquals(expectation.comparison, comparison);
    assert(Math.abs(expectation.value - value) < 1e-9, String(expectation.value));
    assertEquals(expectation.isShare, typed.includes("%"));
  });
}

for (
  const typed of [
    ...["", "p99", "p99 <", "p99 50ms", "< 50ms", "p99 < < 50ms", "p99 < ms", "p99 < 50 ms or so"],
    ...["p99 =< 50ms", "p99 < 5e3ms", "p99 < 50ms;", "99 < 50ms", "p99 ~ 50ms"],
    ...["p98 < 50ms", "toString = 0", "__proto__ = 0"],
    ...["p99 < 50", "p99 < 50%", "p99 < 50MB", "p99 < 1,5ms", "p99 < 1.2.3ms", "p99 < 5 s/s"],
    ...["count < 5%", "count < 5ms", "lost < 5ms", "rate < 5%", "memory < 5ms", "change < 5"],
  ]
) {
  Deno.test(`parseExpectation() refuses ${JSON.stringify(typed)} in one line`, async () => {
    for (const language of ["en", "zh"] as const) {
      const messages = await loadMessages(language);
      const { message } = assertThrows(
        () => parseExpectation("--expect", typed, FIGURES, messages),
        UsageError,
      );
      assert(!message.includes("\n") && !/undefined|NaN/.test(message), message);
      assertStringIncludes(message, `--expect "${typed}"`);
    }
  });
}

Deno.test("parseExpectation() names the figures that exist, and the one that was meant", () => {
  const { message } = assertThrows(() => parse("los = 0"), UsageError);
  assertStringIncludes(message, "did you mean lost?");
  for (const name of FIGURES.names) assertStringIncludes(message, name);
  const wrong = assertThrows(() => parse("lost is 0"), UsageError);
  for (const name of FIGURES.names) assertStringIncludes(wrong.message, name);
});

Deno.test("judge() keeps what holds, and breaks what does not, or was not measured", () => {
  const actual: Readonly<Record<string, number>> = { p99: 50, lost: 2, rate: 999 };
  const asked: [string, boolean][] = [];
  const verdicts = judge(
    ["p99 < 50ms", "p99 <= 50ms", "p99 > 50ms", "p99 >= 50ms", "p99 = 50ms", "p99 != 50ms"]
      .concat("lost < 1%", "rate > 1000", "memory < 1GB").map(parse),
    (figure, isShare) => {
      asked.push([figure, isShare]);
      return isShare ? actual[figure] / 400 : actual[figure];
    },
  );
  assertEquals(verdicts.map(({ isKept }) => isKept), [
    ...[false, true, false, true, true, false],
    ...[true, false, false],
  ]);
  assertEquals(asked[6], ["lost", true]);
  assertEquals(describeVerdicts(verdicts, en).slice(-3), [
    "promise       lost < 1%: kept, 0.5 %",
    "promise       rate > 1000: broken, 999/s",
    "promise       memory < 1GB: broken, not measured",
  ]);
  assertEquals(recordVerdicts(verdicts).slice(-2), [
    { expectation: "rate > 1000", actual: 999, kept: false },
    { expectation: "memory < 1GB", actual: null, kept: false },
  ]);
});
