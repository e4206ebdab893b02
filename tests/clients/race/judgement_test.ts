import { en } from "../../../cli/messages/en/mod.ts";
import { zh } from "../../../cli/messages/zh/mod.ts";
import { conclude } from "../../../clients/race/conclusion.ts";
import type { Judgement } from "../../../clients/race/judgement.ts";
import { makeRecord } from "../../../clients/race/record.ts";
import { showRace } from "../../../clients/race/terminal_table.ts";
import { describeNotes, showFactor } from "../../../clients/race/texts.ts";
import { assertEquals, assertMatch } from "../../harness/assert.ts";
import { CONDITIONS, FAILED, judgementOf, measured } from "../../harness/race.ts";
import "../../harness/sanitizers.ts";

const RESULTS = { heats: new Map(), seed: 7, orders: [], heatsDone: 3, heatsAll: 3 };

/** Seven rounds that lie a little apart, about `messagesPerSecond`. */
const about = (messagesPerSecond: number, figures = {}) =>
  [0.98, 1.01, 1, 0.99, 1.02, 0.97, 1.03].map((factor) =>
    measured({ p50Ms: 1, threads: 8, ...figures, messagesPerSecond: messagesPerSecond * factor })
  );
const nameOf = (standing: Judgement["reference"]) => standing?.entrant.name;

const RACE = {
  "epoll libc": about(1_310),
  "epoll deno": about(1_000),
  select: about(700),
  poll: about(701),
  blocking: about(9_000, { served: 1, p50Ms: 0.01 }),
  failed: [FAILED],
};

Deno.test("the best has a star only where its interval overlaps with no other", () => {
  const quick = judgementOf(RACE);
  assertEquals(nameOf(quick.best("messagesPerSecond")), "epoll libc");
  const even = judgementOf({ a: about(1_000), b: about(1_010), c: about(100) });
  assertEquals(even.best("messagesPerSecond"), undefined);
  assertEquals(even.standings.map((one) => even.verdict(one)), ["reference", "tie", "worse"]);
});

Deno.test("who did not hold the load is never the best, and compares with nobody", () => {
  const judgement = judgementOf(RACE);
  assertEquals(judgement.best("p50Ms"), undefined, "all that hold the load are equal");
  assertEquals(judgement.best("threads"), undefined);
  assertEquals(judgement.best("wakeUpsPerThousand"), undefined, "nobody has any");
  const apart = judgement.standings.filter((one) => judgement.verdict(one) === "apart");
  assertEquals(apart.map(nameOf), ["blocking", "failed"]);
  assertEquals(apart.map((one) => judgement.ratio(one)), [undefined, undefined]);
  assertEquals(
    nameOf(judgementOf({ a: about(10, { p50Ms: 2 }), b: about(9) }).best("p50Ms")),
    "b",
  );
});

Deno.test("a sentence says who is better than whom, and who ties", () => {
  assertMatch(
    conclude(judgementOf(RACE), en.race) ?? "",
    /^epoll libc is 1\.31 × \(1\.2\d to 1\.3\d\) epoll deno; epoll deno is 1\.43 × \(1\.\d\d to 1\.\d\d\) poll; poll and select tie\.$/,
  );
  assertMatch(
    conclude(judgementOf(RACE), zh.race) ?? "",
    /^epoll libc 是 epoll deno 的 1\.31 倍（1\.2\d 至 1\.3\d）；.*poll 和 select 不分高下。$/,
  );
  assertEquals(conclude(judgementOf({ a: about(1), failed: [FAILED] }), en.race), undefined);
});

// Outside of the test, since the first record loads the C library, which stays loaded.
const COMPARED = judgementOf(RACE, { baseline: "select" });
const RECORD = makeRecord(COMPARED, CONDITIONS, RESULTS, en);

Deno.test("with --baseline, all are compared with that server", () => {
  assertMatch(
    conclude(COMPARED, en.race) ?? "",
    /^select and poll tie; epoll libc is 1\.87 × \(.*\) select; epoll deno is 1\.43 × \(.*\) select\.$/,
  );
  assertEquals(RECORD.baseline, "select");
  assertMatch(
    showRace(COMPARED, RECORD, en, 120).join("\n"),
    /^epoll libc .* 1\.87 \(1\.\d\d–\d\.\d\d\) /m,
  );
  const gone = judgementOf(RACE, { baseline: "blocking" });
  assertEquals(conclude(gone, en.race), undefined);
  assertMatch(describeNotes(gone, en).join("\n"), /^the baseline did not hold the load/m);
});

Deno.test("at a fixed rate, the shortest 99 % wins, and who cannot follow is set apart", () => {
  const conditions = { ...CONDITIONS, discipline: "rate" as const, rate: 5 };
  const at = (p99Ms: number, overdue = 0) =>
    about(1_000).map(({ figures, counts, ...heat }, round) => ({
      ...heat,
      figures: { ...figures, p99Ms: p99Ms + round / 100 },
      counts: { ...counts, messagesSent: 1_000, messagesOverdue: overdue },
    }));
  const judgement = judgementOf({ slow: at(20), late: at(1, 50), quick: at(10) }, { conditions });
  assertEquals(judgement.standings.map(nameOf), ["quick", "slow", "late"]);
  assertEquals(nameOf(judgement.best("p99Ms")), "quick");
  const more = judgementOf({ a: about(1_000), b: about(1_200) }, { conditions });
  assertEquals(more.best("messagesPerSecond"), undefined, "nobody could take more than was sent");
  assertEquals(judgement.verdict(judgement.standings[1]), "worse");
  assertMatch(
    conclude(judgement, en.race) ?? "",
    /^99 % of the round trips: quick is 0\.50 × \(0\.50 to 0\.50\) slow\.$/,
  );
  assertMatch(
    describeNotes(judgement, en).join("\n"),
    /^took less than was due: late \(95\.2 %\)$/m,
  );
  const text = showRace(judgement, makeRecord(judgement, conditions, RESULTS, en), en, 120);
  assertMatch(text[0], /; at a fixed rate of 1,000 messages\/s in all$/);
});

Deno.test("what too few rounds cannot tell is not called a tie", () => {
  const judgement = judgementOf({ a: [measured({}), measured({})], b: [measured({})] });
  assertEquals(judgement.standings.map((one) => judgement.verdict(one)), ["reference", "unknown"]);
  assertMatch(describeNotes(judgement, en).join("\n"), /^too few rounds .* 2 .* --rounds 4$/m);
});

Deno.test("a factor has three digits", () => {
  assertEquals([0.0123, 0.5, 1, 1.314, 12.34, 1_234.5].map(showFactor), [
    ...["0.012", "0.50", "1.00", "1.31", "12.3", "1,235"],
  ]);
});
