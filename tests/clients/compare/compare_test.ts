import { en } from "../../../cli/messages/en/mod.ts";
import { zh } from "../../../cli/messages/zh/mod.ts";
import { compareRuns } from "../../../clients/compare/changes.ts";
import { judgePromises, parsePromises } from "../../../clients/compare/promises.ts";
import { makeReport, reportAsMarkdown, reportAsText } from "../../../clients/compare/report.ts";
import { readRuns, type Runs } from "../../../clients/compare/runs.ts";
import { UsageError } from "../../../cli/errors.ts";
import { randomFrom } from "../../../clients/race/random.ts";
import {
  assertEquals,
  assertLess,
  assertMatch,
  assertRejects,
  assertThrows,
} from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

const random = randomFrom(5);
/** Seven rounds about a value, with the noise that a machine has. */
const about = (value: number) =>
  Array.from({ length: 7 }, () => value * (1 + (random() - 0.5) / 10));

interface Server {
  readonly rate: number;
  readonly p99?: number;
  readonly holdsLoad?: boolean;
}

/** A race as `race --json` writes it, of seven rounds. */
function race(servers: Readonly<Record<string, Server>>, conditions = {}) {
  return {
    schema: 1,
    kind: "race",
    conditions: { discipline: "messages", conns: 200, ...conditions },
    servers: Object.entries(servers).map(([name, { rate, p99 = 1, holdsLoad = true }]) => {
      const [rates, p99s] = [about(rate), about(p99)];
      const rounds = rates.map((messagesPerSecond, at) => ({
        figures: { messagesPerSecond, p99Ms: p99s[at] },
      }));
      return { name, holdsLoad, rounds };
    }),
  };
}

const flood = (rate: number, p99: number, faults = {}) => ({
  ...{ messagesPerSecond: rate, roundTripMs: { p50: p99 / 9, p99, max: p99 * 2 }, ...faults },
});

/** Reads what a file with this text holds. */
async function runsOf(text: string): Promise<Runs> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, text);
    return { ...await readRuns(path, en), path: "x.json" };
  } finally {
    await Deno.remove(path);
  }
}

const raceOf = (...args: Parameters<typeof race>) => runsOf(JSON.stringify(race(...args), null, 2));
const floodsOf = (...floods: object[]) =>
  runsOf(floods.map((one) => `${JSON.stringify(one)}\n`).join(""));

const BEFORE = await raceOf({
  "select libc": { rate: 1_000, p99: 2 },
  "epoll libc": { rate: 3_000, p99: 2 },
  gone: { rate: 5 },
  weak: { rate: 5, holdsLoad: false },
}, { sizeBytes: 64 });
const AFTER = await raceOf({
  "select libc": { rate: 1_005, p99: 2 },
  "epoll libc": { rate: 1_500, p99: 1 },
  new: { rate: 5 },
}, { sizeBytes: 128 });

Deno.test("what has changed beyond the noise is told apart from what has not", () => {
  const { changes } = compareRuns(BEFORE, AFTER);
  assertEquals(changes.map(({ server, figure, verdict }) => [server, figure, verdict]), [
    ["select libc", "rate", "same"],
    ["select libc", "p99", "same"],
    ["epoll libc", "rate", "worse"],
    ["epoll libc", "p99", "better"],
  ]);
  for (const { verdict, ratio } of changes) {
    const isOne = ratio !== undefined && ratio.low <= 1 && ratio.high >= 1;
    assertEquals(isOne, verdict === "same");
  }
});

Deno.test("at a fixed rate, latencies are compared, and not how many messages were sent", async () => {
  const at = (p99: number) => raceOf({ a: { rate: 100, p99 } }, { discipline: "rate" });
  const { changes } = compareRuns(await at(1), await at(2));
  assertEquals(changes.map(({ figure, verdict }) => [figure, verdict]), [["p99", "worse"]]);
});

Deno.test("two runs of the same servers are the same in 19 of 20 comparisons at least", async () => {
  let changed = 0;
  const comparisons = 200;
  const servers = { a: { rate: 100, p99: 3 }, b: { rate: 200 }, c: { rate: 300 } };
  const races = [];
  for (let i = 0; i <= comparisons; i++) races.push(await raceOf(servers));
  for (let i = 0; i < comparisons; i++) {
    const { changes } = compareRuns(races[i], races[i + 1]);
    if (changes.some(({ verdict }) => verdict !== "same")) changed++;
  }
  assertLess(changed / comparisons, 0.05);
});

Deno.test("a report shows what has changed, and what was different", () => {
  const report = makeReport(BEFORE, AFTER, compareRuns(BEFORE, AFTER), false, en);
  const text = reportAsText(report, 100).join("\n");
  assertMatch(text, /^select libc {2}messages\/s .* same$/m);
  assertMatch(
    text,
    /^epoll libc {3}messages\/s +[23],\d{3} +1,\d{3} +-\d\d % \(-\d\d % to -\d\d %\) {2}worse$/m,
  );
  assertMatch(text, /^epoll libc {3}99 % .* better$/m);
  assertEquals(text.match(/99 %/g)?.length, 1, "what has not changed is left out");
  assertMatch(text, /^2 of 4 figures changed beyond the noise: 1 better, 1 worse\.$/m);
  assertMatch(text, /^! they were not run in the same way: sizeBytes 64 → 128$/m);
  assertMatch(text, /^! did not hold the load in x\.json: weak$/m);
  assertMatch(text, /^! only in x\.json: gone and weak$/m);
  assertMatch(text, /^! only in x\.json: new$/m);
  const all = makeReport(BEFORE, AFTER, compareRuns(BEFORE, AFTER), true, zh);
  assertEquals(all.rows.length, 4);
  assertMatch(reportAsText(all, 80).join("\n"), /^epoll libc .* 变差$/m);
});

Deno.test("Markdown is a table in which no name can break out of its cell", async () => {
  const evil = "a|b <img src=x>";
  const [before, after] = [
    await raceOf({ [evil]: { rate: 9 } }),
    await raceOf({ [evil]: { rate: 5 } }),
  ];
  const report = makeReport(before, after, compareRuns(before, after), true, en);
  const lines = reportAsMarkdown(report);
  const table = lines.filter((line) => line.startsWith("|"));
  assertEquals(table.length, 4);
  assertEquals(table[0], "| server | figure | before | after | change |  |");
  assertEquals(table[1], "| --- | --- | ---: | ---: | ---: | --- |");
  assertMatch(table[2], /^\| a\\\|b \\<img src=x\\> \| messages\/s \| .* \| worse \|$/);
  for (const line of table) assertEquals(line.match(/(?<!\\)\|/g)?.length, 7);
});

Deno.test("floods are compared round by round, a line of the file each", async () => {
  const floods = (rate: number) => about(rate).map((one) => flood(one, 20));
  const { changes } = compareRuns(await floodsOf(...floods(1_000)), await floodsOf(...floods(800)));
  assertEquals(changes.map(({ figure, verdict }) => [figure, verdict]), [
    ["rate", "worse"],
    ["p50", "same"],
    ["p99", "same"],
  ]);
});

Deno.test("one flood on each side has no noise to be told from, and says how many it takes", async () => {
  const [before, after] = [
    await floodsOf(flood(1_000, 20)),
    await floodsOf(flood(400, 70, { lost: 3 })),
  ];
  const compared = compareRuns(before, after);
  assertEquals(compared.changes.map(({ verdict }) => verdict), ["unknown", "unknown", "unknown"]);
  const text = reportAsText(makeReport(before, after, compared, false, en), 200).join("\n");
  assertMatch(text, /^messages\/s +1,000 +400 +-60 % +\?$/m);
  assertMatch(text, /^! too few rounds for a verdict: it takes 5 in each file \(each line/m);
  assertMatch(text, /^! connections lost: 0 before, 3 after$/m);
});

Deno.test("promises are on how many figures got worse, and on the change of each server", () => {
  const promises = ["worse = 0", "better >= 1", "rate > -10%", "p99 < +10%", "cpu < +5%"];
  const verdicts = judgePromises(
    parsePromises(promises, en),
    compareRuns(BEFORE, AFTER),
  );
  assertEquals(verdicts.map(({ expectation, isKept }) => [expectation.text, isKept]), [
    ["worse = 0", false],
    ["better >= 1", true],
    ["select libc: rate > -10%", true],
    ["epoll libc: rate > -10%", false],
    ["select libc: p99 < +10%", true],
    ["epoll libc: p99 < +10%", true],
    ["cpu < +5%", false],
  ]);
  assertThrows(() => parsePromises(["p99 < 50ms"], en), UsageError, "percentage");
  assertThrows(() => parsePromises(["slower = 0"], en), UsageError, "worse, better, rate");
});

Deno.test("a server that holds the load no more breaks promises", async () => {
  const before = await raceOf({ one: { rate: 9 }, other: { rate: 9 } });
  const after = await raceOf({ one: { rate: 9 }, other: { rate: 9, holdsLoad: false } });
  const judged = judgePromises(
    parsePromises(["worse = 0", "worse = 1", "better = 0", "rate > -50%"], en),
    compareRuns(before, after),
  );
  assertEquals(judged.map(({ expectation, isKept }) => [expectation.text, isKept]), [
    ["worse = 0", false],
    ["worse = 1", true],
    ["better = 0", true],
    ["one: rate > -50%", true],
    ["other: rate > -50%", false],
  ]);
});

Deno.test("with too few rounds, nobody can promise that nothing got worse", async () => {
  const compared = compareRuns(await floodsOf(flood(1_000, 20)), await floodsOf(flood(400, 70)));
  const judged = judgePromises(parsePromises(["worse = 0", "rate > -90%"], en), compared);
  assertEquals(judged.map(({ actual, isKept }) => [actual, isKept]), [
    [undefined, false],
    [-0.6, true],
  ]);
});

Deno.test("what is neither a race nor a flood is refused, and what is newer", async () => {
  for (
    const text of ["", "{", "[]", "{}", "null", '{"a":1}\n{"b":2}', '{"kind":"race","servers":[3]}']
  ) {
    await assertRejects(() => runsOf(text), Error, "neither a race nor a flood");
  }
  await assertRejects(() => runsOf('{"schema":2,"kind":"race"}'), Error, "newer playground");
});
