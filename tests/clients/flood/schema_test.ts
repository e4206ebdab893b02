import { en } from "../../../cli/messages/en/mod.ts";
import { judge, parseExpectation } from "../../../clients/expect/expectation.ts";
import { figureOf, FLOOD_FIGURES } from "../../../clients/flood/figures.ts";
import { Measurements } from "../../../clients/flood/measurements.ts";
import { SCHEMA, type Settings, TIME_NAMES, TIMES } from "../../../clients/flood/record.ts";
import { resultsAsJson } from "../../../clients/flood/results.ts";
import { assert, assertEquals, assertGreater, assertStringIncludes } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

const README = new URL("../../../clients/flood/README.md", import.meta.url);
const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  number: (value) => typeof value === "number",
  text: (value) => typeof value === "string",
  list: Array.isArray,
  object: (value) => typeof value === "object" && !Array.isArray(value),
};

/** A flood in which everything happened that has a field. */
function resultsOfAll(): Record<string, unknown> {
  const options: Settings = {
    ...{ host: "127.0.0.1", port: 80, conns: 2, sockets: "deno", wait: true, thinkMs: 0 },
    ...{ rate: 100, reconnectAfter: 5, connectRate: Infinity, durationMs: 3_000, http: "/" },
    ...{ connectionsEach: Infinity, settleMs: 0, warmupMs: 0, lastEchoesMs: 0, reconnect: true },
  };
  const measurements = new Measurements();
  for (const name of TIME_NAMES) measurements[TIMES[name]].record(1);
  measurements.messagesSent = measurements.messagesEchoed = 1;
  measurements.statuses["200"] = 1;
  measurements.countRefused("ECONNREFUSED", 1);
  measurements.countLost("reset", 1, true);
  const record = { startedMs: Date.UTC(2030, 0), elapsedMs: 1_000, options, measurements };
  const promise = parseExpectation("--expect", "lost = 0", FLOOD_FIGURES, en);
  const verdicts = judge([promise], (...figure) => figureOf(record, 2, ...figure));
  return JSON.parse(resultsAsJson(record, options, { record, verdicts }));
}

Deno.test("the JSON of a flood has the fields and types of README, and no others", async () => {
  const rows = [...(await Deno.readTextFile(README)).matchAll(/^\| `(\w+)` +\| (\w+) +\| /gm)];
  assertGreater(rows.length, 40);
  const results = resultsOfAll();
  assertEquals(
    rows.map(([, field]) => field).sort(),
    Object.keys(results).sort(),
  );
  for (const [, field, type] of rows) {
    assert(TYPES[type](results[field]), `${field} is no ${type}: ${results[field]}`);
  }
  assertEquals([results.schema, results.kind], [SCHEMA, "flood"]);
  assertStringIncludes(await Deno.readTextFile(README), `the version: ${SCHEMA}`);
  assertEquals(Object.keys(results.histograms as object).sort(), [...TIME_NAMES].sort());
});

Deno.test("README names every tag of a log", async () => {
  const text = await Deno.readTextFile(README);
  for (const name of TIME_NAMES) assertStringIncludes(text, `\`${name}\``);
});
