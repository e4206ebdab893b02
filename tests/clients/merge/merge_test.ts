/**
 * That several floods in files are as one: nothing is averaged, and nothing lost on the way.
 *
 * @module
 */

import { HistogramLogReader, listTags } from "hdr-histogram-js";
import { RefusedError } from "../../../cli/errors.ts";
import { en } from "../../../cli/messages/en/mod.ts";
import { HdrLog } from "../../../clients/flood/hdr_log.ts";
import { Measurements } from "../../../clients/flood/measurements.ts";
import {
  type FloodRecord,
  mergeRecords,
  SCHEMA,
  type Settings,
  TIME_NAMES,
  TIMES,
} from "../../../clients/flood/record.ts";
import { describeResults, resultsAsJson } from "../../../clients/flood/results.ts";
import { tally } from "../../../clients/flood/tally.ts";
import { readAllRecords } from "../../../clients/merge/read_records.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
  assertStringIncludes,
} from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

const STARTED_MS = Date.UTC(2030, 0, 31);
const SETTINGS: Settings = {
  ...{ host: "127.0.0.1", port: 7788, conns: 20, sockets: "deno", wait: true, thinkMs: 0 },
  ...{ rate: 100, reconnectAfter: Infinity, connectRate: Infinity, durationMs: 3_000 },
  ...{ connectionsEach: Infinity, settleMs: 0, warmupMs: 0, lastEchoesMs: 0, reconnect: false },
};

/** Numbers from 0 to 1 that are the same in each run. */
function* chance(seed: number): Generator<number, never> {
  for (let state = seed;; state = Math.imul(state, 1_664_525) + 1_013_904_223 | 0) {
    yield (state >>> 0) / 2 ** 32;
  }
}

/** Times from microseconds to minutes, most of them short, as a server that stalls has them. */
function someTimes(seed: number, count: number): number[] {
  const random = chance(seed);
  return Array.from({ length: count }, () => 0.01 * 10 ** (7 * random.next().value ** 3));
}

/** Records a second of a flood, as if it were measured there. */
function measure(measurements: Measurements, seed: number): void {
  const times = someTimes(seed, 2_000 + seed);
  for (const ms of times) measurements.roundTrips.record(ms);
  for (const ms of someTimes(seed + 99, 20)) measurements.connectTimes.record(ms);
  measurements.messagesSent += times.length + 1;
  measurements.messagesEchoed += times.length;
  measurements.opened += seed;
  measurements.lastServedMs = Math.max(measurements.lastServedMs, seed);
  tally(measurements.refusedBy, "ECONNREFUSED", seed);
  measurements.firstRefusedMs.ECONNREFUSED ??= 100 + seed;
  if (seed % 2 === 0) tally(measurements.statuses, "200", seed);
}

/** Three seconds of a flood. */
const secondsOf = (flood: number) => [10 * flood, 10 * flood + 1, 10 * flood + 2];

/** A flood of three seconds, as a log and as a record. */
function makeFlood(flood: number): { log: string; record: FloodRecord } {
  const lines: string[] = [];
  const log = new HdrLog((line) => lines.push(line));
  const all = new Measurements();
  const startedMs = STARTED_MS + flood;
  const record = { startedMs, elapsedMs: 3_000, options: SETTINGS, measurements: all };
  log.begin(startedMs);
  for (const [index, seed] of secondsOf(flood).entries()) {
    const measurements = new Measurements();
    measure(measurements, seed);
    measure(all, seed);
    const [startMs, endMs] = [index * 1_000, (index + 1) * 1_000];
    const startedAtMs = startedMs + startMs;
    log.add({ index, startMs, endMs, startedAtMs, connected: 20, waiting: 0, measurements });
    log.count({ ...record, elapsedMs: endMs });
  }
  return { log: `${lines.join("\n")}\n`, record };
}

const asJson = (record: FloodRecord) => resultsAsJson(record, SETTINGS, { record });

/** Reads these contents as files. */
async function read(...contents: string[]): Promise<FloodRecord[]> {
  const directory = await Deno.makeTempDir();
  try {
    const paths = contents.map((_, index) => `${directory}/${index}`);
    for (const [index, path] of paths.entries()) await Deno.writeTextFile(path, contents[index]);
    return await readAllRecords(paths, en);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Every percentile that a histogram of a few thousand values tells from its neighbors, and more. */
const PERCENTILES = Array.from({ length: 2_001 }, (_, index) => index / 20).concat(99.99, 99.999);

function assertSame(actual: Measurements, expected: Measurements): void {
  assertEquals(actual.counts, expected.counts);
  for (const tally of ["refusedBy", "lostBy", "statuses", "firstRefusedMs"] as const) {
    assertEquals(actual[tally], expected[tally]);
  }
  for (const name of TIME_NAMES) {
    const [one, other] = [actual[TIMES[name]], expected[TIMES[name]]];
    assertEquals(one.count, other.count, name);
    for (const percentile of PERCENTILES) {
      assertEquals(one.percentileMs(percentile), other.percentileMs(percentile), name);
    }
  }
}

for (const kind of ["log", "JSON"]) {
  Deno.test(`files (${kind}) are one flood of all samples, percentile for percentile`, async () => {
    const floods = [1, 2, 3, 4];
    const single = new Measurements();
    for (const flood of floods) for (const seed of secondsOf(flood)) measure(single, seed);
    const contents = floods.map(makeFlood).map(({ log, record }) =>
      kind === "log" ? log : asJson(record)
    );
    const merged = mergeRecords(await read(...contents));
    assertGreater(single.roundTrips.count, 24_000);
    assertSame(merged.measurements, single);
    assertEquals([merged.spreadMs, merged.elapsedMs, merged.options.conns], [3, 3_003, 80]);
    const described = (measurements: Measurements) =>
      describeResults({ ...merged, measurements }, merged.options, en);
    assertEquals(described(merged.measurements), described(single));
    // What was merged can be merged again.
    const [again] = await read(asJson(merged));
    assertSame(again.measurements, single);
    assertEquals(again.options, merged.options);
  });
}

Deno.test("a log is read back by the reader of the package, each second with its tag", () => {
  const { log } = makeFlood(1);
  assertEquals(listTags(log), ["connect", "roundTrip"]);
  const reader = new HistogramLogReader(log, 64);
  const seen: (string | number)[][] = [];
  for (let histogram; (histogram = reader.nextIntervalHistogram()) !== null;) {
    const { tag, totalCount, startTimeStampMsec, endTimeStampMsec } = histogram;
    seen.push([tag, totalCount, startTimeStampMsec - STARTED_MS, endTimeStampMsec - STARTED_MS]);
    const second = new Measurements();
    measure(second, 10 + Math.floor((startTimeStampMsec - STARTED_MS) / 1_000));
    const times = tag === "connect" ? second.connectTimes : second.roundTrips;
    for (const percentile of PERCENTILES) {
      assertEquals(
        histogram.getValueAtPercentile(percentile) / 1_000,
        times.percentileMs(percentile),
      );
    }
  }
  assertEquals(seen.map((one) => one.map((value) => value.toString())), [
    ...["10", "11", "12"].flatMap((seed, index) => [
      ["connect", "20", `${1 + index * 1_000}`, `${1_001 + index * 1_000}`],
      ["roundTrip", `20${seed}`, `${1 + index * 1_000}`, `${1_001 + index * 1_000}`],
    ]),
  ]);
  // Readers in other languages stop at an empty line.
  assertEquals(log.trimEnd().split("\n").filter((line) => line === ""), []);
});

Deno.test("a log that ends in the middle gives the seconds that are whole", async () => {
  const { log } = makeFlood(1);
  const expected = new Measurements();
  measure(expected, 10);
  measure(expected, 11);
  const last = log.lastIndexOf("Tag=roundTrip");
  for (const end of [last, last + 100, log.lastIndexOf("#[Flood"), log.length - 10]) {
    const [record] = await read(log.slice(0, end));
    assertSame(record.measurements, expected);
    assertEquals(record.elapsedMs, 2_000);
  }
});

Deno.test("a file of something else is refused in one line that names it", async () => {
  const json = asJson(makeFlood(1).record);
  const changed = (change: Record<string, unknown>) =>
    JSON.stringify({ ...JSON.parse(json), ...change });
  for (
    const [content, why] of [
      ["", "it is empty"],
      ["[]", "neither a log"],
      ["hello", "neither a log"],
      [`${json}\nhello`, "(line 2)"],
      ["#[Histogram log format version 1.3]\n1,1,1,HISTFAAA", "neither a log"],
      [changed({ schema: SCHEMA + 1 }), "newer playground"],
      [changed({ kind: "race" }), "neither a log"],
      [changed({ opened: "20" }), "neither a log"],
      [changed({ opened: -1 }), "neither a log"],
      [changed({ settings: null }), "neither a log"],
      [changed({ histograms: { roundTrip: "HISTFAAA" } }), "neither a log"],
      [changed({ histograms: { roundTrip: "!" } }), "neither a log"],
      [changed({ lostBy: { reset: "many" } }), "neither a log"],
    ]
  ) {
    const { message } = await assertRejects(() => read(content), RefusedError);
    assertStringIncludes(message, why, content.slice(0, 50));
    assert(!message.includes("\n"));
  }
  const missing = await assertRejects(() => readAllRecords(["no-such-file"], en), RefusedError);
  assertEquals(missing.message, "no-such-file: no such file or directory");
});

Deno.test("logs one after another in a file are as many floods", async () => {
  const logs = [1, 2, 3].map((flood) => makeFlood(flood).log);
  const records = await read(logs.join(""));
  const apart = await read(...logs);
  assertEquals(records.length, 3);
  for (const [index, { measurements }] of records.entries()) {
    assertSame(measurements, apart[index].measurements);
  }
});

Deno.test("a flood that is given twice is refused, and not counted twice", async () => {
  const { log, record } = makeFlood(1);
  const other = makeFlood(2).log;
  for (const contents of [[log, other, log], [log, asJson(record)], [other + other]]) {
    const { message } = await assertRejects(() => read(...contents), RefusedError);
    assertStringIncludes(message, "would be counted twice");
    assert(!message.includes("\n"));
  }
});
