/**
 * Messages that come faster than any reader looks: most are counted, and not traced.
 *
 * @module
 */

import { NOTHING_RARE } from "../../../servers/metrics/rare_recorder.ts";
import { Recorder } from "../../../servers/metrics/recorder.ts";
import { createStatsMemory } from "../../../servers/metrics/counters.ts";
import { readCounters } from "../../../servers/metrics/counter_totals.ts";
import { createTraceMemory, TraceWriter } from "../../../servers/metrics/trace.ts";
import { TraceReader } from "../../../servers/metrics/trace_reader.ts";
import { assertEquals, assertGreaterOrEqual } from "../../harness/assert.ts";
import { FakeConnection } from "../../harness/fake_connection.ts";
import "../../harness/sanitizers.ts";

const CONNECTION = new FakeConnection(7);
const MESSAGE = new Uint8Array(1);

/** A recorder that gets many messages. */
function flooded(memory = createTraceMemory()) {
  const stats = createStatsMemory();
  const recorder = new Recorder(stats, new TraceWriter(memory), NOTHING_RARE);
  const flood = (count: number) => {
    for (let i = 0; i < count; i++) {
      recorder.received(CONNECTION, MESSAGE, 1);
      recorder.sent(CONNECTION, 1);
    }
  };
  const untraced = () => {
    const { untracedRecvs, untracedSends } = readCounters(stats);
    return [untracedRecvs, untracedSends];
  };
  return { memory, stats, recorder, flood, untraced };
}

Deno.test("a reader gets as many records of messages as it wants, and the others are counted", () => {
  const { memory, flood, untraced } = flooded();
  const reader = new TraceReader(memory, 10);
  flood(100);
  assertEquals([reader.read(4).records.length, ...untraced()], [10, 95, 95]);
  flood(100);
  assertEquals([reader.read(0).records.length, ...untraced()], [4, 193, 193]);
  flood(100);
  assertEquals([reader.read(0).records.length, ...untraced()], [0, 293, 293]);
});

Deno.test("clients that come and go are recorded whether there is room or not", () => {
  const { memory, recorder, flood } = flooded();
  const reader = new TraceReader(memory, 2);
  flood(10);
  recorder.accepted(CONNECTION);
  recorder.dispatched(CONNECTION, 3);
  recorder.asleep(7, 50);
  recorder.blocked(CONNECTION);
  recorder.reset(CONNECTION);
  recorder.closed(CONNECTION);
  const told = reader.read().records.map(({ event, client, worker, sizeBytes }) =>
    `${event} ${client} ${worker} ${sizeBytes}`
  );
  assertEquals(told, [
    "received 7 0 1",
    "sent 7 0 1",
    "accepted 7 0 0",
    "dispatched 7 3 0",
    "asleep 7 0 50",
    "blocked 7 0 0",
    "reset 7 0 0",
    "closed 7 0 0",
  ]);
});

Deno.test("with two readers there is room for the one that wants more", () => {
  const { memory, flood } = flooded();
  const modest = new TraceReader(memory, 0);
  const eager = new TraceReader(memory, 50);
  modest.read(0);
  flood(100);
  assertEquals(eager.read().records.length, 50);
});

Deno.test("nothing is counted as left out without a reader", () => {
  const { memory, flood, untraced } = flooded();
  flood(10);
  assertEquals(untraced(), [0, 0]);
  new TraceReader(memory, 0).close();
  flood(10);
  assertEquals(untraced(), [0, 0]);
});

Deno.test("a reader without wishes has room for what a terminal shows in a second", () => {
  const { memory, flood } = flooded();
  const reader = new TraceReader(memory);
  flood(10_000);
  assertGreaterOrEqual(reader.read().records.length, 1_000);
});
