import type { RareEvents } from "../../../servers/metrics/rare_recorder.ts";
import { Recorder } from "../../../servers/metrics/recorder.ts";
import { COUNTER, createStatsMemory, openCounters } from "../../../servers/metrics/counters.ts";
import { readCounters } from "../../../servers/metrics/counter_totals.ts";
import { Controls, createControlsMemory } from "../../../servers/metrics/controls.ts";
import { createTraceMemory, TraceWriter } from "../../../servers/metrics/trace.ts";
import { TraceReader } from "../../../servers/metrics/trace_reader.ts";
import { assert, assertEquals } from "../../harness/assert.ts";
import { decode, encode } from "../../harness/bytes.ts";
import { FakeConnection } from "../../harness/fake_connection.ts";
import "../../harness/sanitizers.ts";

Deno.test("counters begin at 0 and are seen by all who share them", () => {
  const memory = createStatsMemory();
  for (const value of Object.values(readCounters(memory))) assertEquals(value, 0);
  const names = Object.keys(COUNTER) as (keyof typeof COUNTER)[]; // keys() forgets the names
  for (const name of names) openCounters(memory)[COUNTER[name]] += COUNTER[name] + 1;
  const counters = readCounters(memory);
  assertEquals(Object.keys(counters), names);
  for (const name of names) assertEquals(counters[name], COUNTER[name] + 1);
});

Deno.test("counters count beyond 32 bits", () => {
  const memory = createStatsMemory();
  openCounters(memory)[COUNTER.bytesIn] = 2 ** 40;
  openCounters(memory)[COUNTER.bytesIn]++;
  assertEquals(readCounters(memory).bytesIn, 2 ** 40 + 1);
});

const CONNECTION = new FakeConnection(7);

/** A recorder, and what it made of what it was told. */
function recorded() {
  const stats = createStatsMemory();
  const trace = createTraceMemory();
  const said: string[] = [];
  const rare: RareEvents = {
    beganToWait: () => said.push("began to wait"),
    outOfDescriptors: () => said.push("out of descriptors"),
    beyondFdSetSize: (descriptor) => said.push(`beyond FD_SETSIZE: ${descriptor}`),
    acceptFailed: ({ message }) => said.push(message),
    isIdle: () => true,
  };
  const controls = new Controls(createControlsMemory());
  const watched = new Recorder(stats, new TraceWriter(trace), rare, 0, 0, controls);
  return {
    stats,
    trace,
    said,
    controls,
    watched,
    recorder: new Recorder(stats, new TraceWriter(trace), rare),
  };
}

/** Everything that may happen to a connection, once. */
function tellAll(recorder: Recorder): void {
  recorder.waiting();
  recorder.accepted(CONNECTION);
  recorder.received(CONNECTION, encode("hello"), 4);
  recorder.sent(CONNECTION, 3);
  recorder.reset(CONNECTION);
  recorder.closed(CONNECTION);
  recorder.refused(CONNECTION.peer);
  recorder.wokeUp(5, 2);
}

Deno.test("a recorder counts events", () => {
  const { stats, recorder } = recorded();
  tellAll(recorder);
  recorder.accepted(CONNECTION);
  assertEquals(readCounters(stats), {
    accepted: 2,
    active: 1,
    closed: 1,
    refused: 1,
    resets: 1,
    bytesIn: 4,
    bytesOut: 3,
    recvs: 1,
    sends: 1,
    wakeUps: 1,
    scanned: 5,
    ready: 2,
    systemCalls: 0,
    untracedRecvs: 0,
    untracedSends: 0,
    shed: 0,
  });
});

Deno.test("a recorder traces events while there is a reader", () => {
  const { trace, recorder } = recorded();
  const reader = new TraceReader(trace);
  tellAll(recorder);
  const shown = reader.read().records.map(({ event, client, host, port, sizeBytes, bytes }) =>
    `${event} ${client} ${host} ${port} ${sizeBytes} ${decode(bytes)}`
  );
  assertEquals(shown, [
    "waiting 0  0 0 ",
    "accepted 7 ::1 1234 0 ",
    "received 7 ::1 1234 4 hell",
    "sent 7 ::1 1234 3 ",
    "reset 7 ::1 1234 0 ",
    "closed 7 ::1 1234 0 ",
    "refused 0 ::1 1234 0 ",
  ]);
});

Deno.test("a recorder writes no trace without a reader", () => {
  const { trace, recorder } = recorded();
  tellAll(recorder);
  assert(new Uint8Array(trace).every((byte) => byte === 0));
  new TraceReader(trace).close();
  const before = new Uint8Array(trace).slice();
  tellAll(recorder);
  assertEquals(new Uint8Array(trace).findIndex((byte, index) => byte !== before[index]), -1);
});

Deno.test("a recorder says that it waits once until a client comes", () => {
  const { trace, said, recorder } = recorded();
  const reader = new TraceReader(trace);
  recorder.waiting();
  recorder.waiting();
  recorder.accepted(CONNECTION);
  recorder.waiting();
  assertEquals(reader.read().records.map(({ event }) => event), ["waiting", "accepted", "waiting"]);
  assertEquals(said, ["began to wait"]);
});

Deno.test("a recorder passes on what counters cannot tell", () => {
  const { said, recorder } = recorded();
  recorder.outOfDescriptors();
  recorder.acceptFailed(new Error("accept failed"));
  assertEquals(said, ["out of descriptors", "accept failed"]);
});

/** The records of a trace, in words. */
function stepsOf(reader: TraceReader, room?: number): string[] {
  return reader.read(room).records.map(({ event, client, sizeBytes, worker }) =>
    `${event} ${client} ${sizeBytes} of ${worker}`
  );
}

Deno.test("a recorder traces returns and replies for a reader that wants them", () => {
  const { trace, watched } = recorded();
  watched.wokeUp(9, 9);
  const view = new TraceReader(trace, 16, true);
  assert(watched.tracesSteps);
  watched.wokeUp(5, 2);
  watched.handled(7, new Uint8Array(100));
  watched.began(3, 4_711);
  watched.ended(3);
  assertEquals(stepsOf(view), [
    ...["returned 2 5 of 0", "handled 7 100 of 0", "began 0 4711 of 3", "ended 0 0 of 3"],
  ]);
  view.close();
  assert(!watched.tracesSteps);
});

Deno.test("a reader that wants no steps gets none", () => {
  const { trace, recorder } = recorded();
  const log = new TraceReader(trace);
  recorder.wokeUp(5, 2);
  recorder.handled(7, new Uint8Array(100));
  assertEquals(stepsOf(log), []);
});

Deno.test("steps stay within the room of their reader, and all are counted", () => {
  const { trace, stats, watched } = recorded();
  const view = new TraceReader(trace, 10, true);
  for (let i = 0; i < 1_000; i++) {
    watched.wokeUp(5, 1);
    watched.handled(7, new Uint8Array(3));
  }
  assertEquals(stepsOf(view).length, 10);
  assertEquals(readCounters(stats).wakeUps, 1_000);
  watched.accepted(CONNECTION);
  assert(view.read().records[0].isAfterGap);
});

Deno.test("of the returns that found nothing one in each room is traced, and all are counted", () => {
  const { trace, stats, watched } = recorded();
  const view = new TraceReader(trace, 100, true);
  for (let look = 0; look < 3; look++) {
    for (let i = 0; i < 1_000; i++) watched.wokeUp(5, 0);
    watched.wokeUp(5, 1);
    assertEquals(stepsOf(view, 100), ["returned 0 5 of 0", "returned 1 5 of 0"]);
  }
  const { wakeUps, scanned, ready } = readCounters(stats);
  assertEquals([wakeUps, scanned, ready], [3_003, 15_015, 3]);
});

Deno.test("that the view wakes a loop is no return", () => {
  const { trace, stats, controls, watched } = recorded();
  const view = new TraceReader(trace, 100, true);
  controls.ask();
  watched.wokeUp(5, 0);
  watched.wokeUp(5, 0);
  controls.ask();
  watched.wokeUp(5, 1);
  assertEquals(stepsOf(view), ["returned 0 5 of 0", "returned 1 5 of 0"]);
  assertEquals(readCounters(stats).wakeUps, 2);
});

Deno.test("a round of a server that polls has found as many as had something", () => {
  const { trace, stats, recorder, watched } = recorded();
  const view = new TraceReader(trace, 100, true);
  watched.accepted(CONNECTION);
  watched.polled(2);
  watched.received(CONNECTION, encode("hello"), 5);
  watched.polled(2);
  watched.polled(2);
  const rounds = stepsOf(view).filter((step) => step.startsWith("returned"));
  assertEquals(rounds, ["returned 1 2 of 0", "returned 1 2 of 0", "returned 0 2 of 0"]);
  assertEquals(readCounters(stats).wakeUps, 3);
  recorder.polled(2); // nobody looks
  assertEquals(readCounters(stats).wakeUps, 3);
});
