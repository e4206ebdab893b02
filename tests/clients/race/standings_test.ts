import { Measurements } from "../../../clients/flood/measurements.ts";
import { faultsOf } from "../../../clients/race/faults.ts";
import { makeMeasured } from "../../../clients/race/figures.ts";
import { median } from "../../../clients/race/standings.ts";
import { describeNotes, showFigure } from "../../../clients/race/texts.ts";
import { en } from "../../../cli/messages/en/mod.ts";
import { assertEquals, assertMatch } from "../../harness/assert.ts";
import { FAILED, judgementOf, measured, standingsOf } from "../../harness/race.ts";

/** What there is where all goes well. */
const NONE = { refusedBy: {}, lostBy: {}, unanswered: 0, wrongBytes: 0 };
const at = (messagesPerSecond: number) => measured({ messagesPerSecond });

Deno.test("median() is the middle one, or the mean of the two in the middle", () => {
  assertEquals(median([3, 1, 2]), 2);
  assertEquals(median([4, 1, 3, 2]), 2.5);
  assertEquals(median([7]), 7);
});

Deno.test("makeStandings() takes medians, and puts the fastest first and who failed last", () => {
  const standings = standingsOf({
    failed: [FAILED],
    slow: [at(90), at(10), at(20)],
    fast: [at(30), at(40), at(35)],
    none: [],
  });
  assertEquals(
    standings.map(({ entrant: { name }, figures }) => [name, figures.messagesPerSecond]),
    [
      ["fast", 35],
      ["slow", 20],
      ["failed", undefined],
    ],
  );
});

Deno.test("there is no half of a connection", () => {
  const [{ figures }] = standingsOf({ a: [measured({ served: 7 }), measured({ served: 8 })] });
  assertEquals(figures.served, 7);
});

Deno.test("the spread is how far a round lies from the median at most", () => {
  const [wide, narrow, single] = standingsOf({
    wide: [at(300), at(260), at(301)],
    narrow: [at(200), at(190), at(201)],
    single: [at(100)],
  });
  assertEquals([wide.spread, wide.isSpreadWide], [40 / 300, true]);
  assertEquals([narrow.spread, narrow.isSpreadWide], [0.05, false]);
  assertEquals([single.spread, single.isSpreadWide], [undefined, false]);
});

Deno.test("the percentiles of the curve are those of the table: medians of the rounds", () => {
  const rounds = [0.5, 0.7, 9].map((p50Ms) => measured({ p50Ms }));
  const [{ figures, latencies }] = standingsOf({ a: rounds });
  assertEquals(new Map(latencies).get(50), figures.p50Ms);
  assertEquals(figures.p50Ms, 0.7);
});

Deno.test("who did anything wrong has no throughput, and comes after those who serve a part", () => {
  const fast = { messagesPerSecond: 9_000, p50Ms: 0.01, threads: 1 };
  const standings = standingsOf({
    lost: [measured(fast), measured(fast, 0.5, { lostBy: { reset: 1 } })],
    wrong: [measured(fast, 0.5, { wrongBytes: 1 })],
    stalled: [measured(fast, 0.5, { unanswered: 1 })],
    missing: [measured(fast, 0.5, faultsOf({ ...NONE, statuses: { 200: 9, 404: 1 } }))],
    part: [measured({ ...fast, served: 1 })],
    sound: [at(10)],
    slower: [at(5)],
  });
  const names = standings.map(({ entrant }) => entrant.name);
  assertEquals(names.slice(0, 3), ["sound", "slower", "part"]);
  const speeds = standings.map(({ figures }) => figures.messagesPerSecond);
  assertEquals(speeds, [10, 5, 9_000, undefined, undefined, undefined, undefined]);
  const shown = standings.slice(3).map((one) => showFigure(one, "messagesPerSecond", en.race));
  assertEquals(shown.toSorted(), ["HTTP errors", "lost", "stalled", "wrong bytes"]);
});

Deno.test("who failed in one round has the figures of the others, and the reason", () => {
  const [standing] = standingsOf({ moody: [at(10), FAILED, at(30)] });
  assertEquals(standing.figures.messagesPerSecond, 20);
  assertEquals([standing.failure?.kind, standing.holdsLoad], ["ended-early", false]);
});

Deno.test("what must be known is said once for all whom it concerns", () => {
  const notes = describeNotes(
    judgementOf({
      a: [measured({ messagesPerSecond: 4, served: 8 }, 0.99)],
      b: [measured({ messagesPerSecond: 3, served: 1 }, 0.94)],
      c: [at(100), at(200)],
      failed: [FAILED],
    }),
    en,
  );
  assertEquals(notes.length, 3, notes.join("\n"));
  assertMatch(
    notes[0],
    /^not all connections served: a \(8 of 200 after 10 s\), b \(1 of 200 after 10 s\)$/,
  );
  assertMatch(notes[1], /more than 10 % from the median: c;/);
  assertMatch(notes[2], /flood.*: a$/);
});

Deno.test("who was not waited for, since connections were lost, has no time beside the count", () => {
  const [standing] = standingsOf({
    a: [measured({ served: 199 }, 0.5, { refusedBy: { ETIMEDOUT: 1 } })],
  });
  assertEquals(showFigure(standing, "allServedMs", en.race), "199 of 200");
});

Deno.test("where all goes well there is nothing to say", () => {
  assertEquals(describeNotes(judgementOf({ a: [at(10), at(10)] }), en), []);
});

Deno.test("what was too little to be counted is no figure, which would be the best", () => {
  const measurements = new Measurements();
  measurements.messagesEchoed = 100;
  const figures = (cpuSeconds: number, switches: number) => {
    const usage = { cpuSeconds, cpuOverMs: 1_000, switches, switchesOverMs: 1_000 };
    const seen = { usage, peaks: undefined, totals: undefined, floodCpuShare: 0 };
    return makeMeasured({ measurements, elapsedMs: 1_000 }, seen).figures;
  };
  const { cpuSecondsPerMillion, switchesPerThousand } = figures(0.01, 1);
  assertEquals([cpuSecondsPerMillion, switchesPerThousand], [100, 10]);
  assertEquals(Object.keys(figures(0, 0)), ["messagesPerSecond", "served", "allServedMs"]);
});
