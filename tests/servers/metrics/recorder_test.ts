import { type RareEvents, Recorder } from "../../../servers/metrics/recorder.ts";
import {
  COUNTER,
  createStatsMemory,
  openCounters,
  readCounters,
} from "../../../servers/metrics/counters.ts";
import { createTraceMemory, TraceReader } from "../../../servers/metrics/trace.ts";
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
  return { stats, trace, said, recorder: new Recorder(stats, trace, rare) };
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
