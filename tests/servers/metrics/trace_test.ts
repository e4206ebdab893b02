import {
  createTraceMemory,
  SHOWN_BYTES,
  TRACE_EVENT,
  TraceWriter,
} from "../../../servers/metrics/trace.ts";
import { TraceReader, type TraceRecord } from "../../../servers/metrics/trace_reader.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
} from "../../harness/assert.ts";
import { decode, encode } from "../../harness/bytes.ts";
import "../../harness/sanitizers.ts";

const HOST = encode("127.0.0.1");
const NOTHING = new Uint8Array(0);

/** A ring, somebody who writes it, and `read()` as somebody who looks at it from now on. */
function watchedTrace() {
  const memory = createTraceMemory();
  const reader = new TraceReader(memory);
  const writer = new TraceWriter(memory);
  /** Writes a record of this many bytes from a client. */
  const write = (client: number, bytes = NOTHING, sizeBytes = bytes.length) =>
    writer.write(TRACE_EVENT.received, client, HOST, 80, sizeBytes, bytes);
  return { memory, reader, writer, write };
}

const clientsOf = ({ records }: { records: TraceRecord[] }) => records.map(({ client }) => client);

Deno.test("a trace is watched from its first reader to its last", () => {
  const memory = createTraceMemory();
  const writer = new TraceWriter(memory);
  assert(!writer.watched);
  const readers = [new TraceReader(memory), new TraceReader(memory)];
  assert(writer.watched);
  readers[0].close();
  assert(writer.watched);
  readers[1].close();
  assert(!writer.watched);
});

Deno.test("a record is read as it was written", () => {
  const { reader, writer } = watchedTrace();
  const beforeMs = Date.now();
  for (const number of Object.values(TRACE_EVENT)) {
    writer.write(number, 4_000_000_000, HOST, 65_535, 3_000_000_000, encode("GET /\n"));
  }
  const { records, lost } = reader.read();
  assertEquals([records.map(({ event }) => event), lost], [Object.keys(TRACE_EVENT), 0]);
  for (const { timeMs, bytes, event: _, ...rest } of records) {
    assertEquals(rest, {
      client: 4_000_000_000,
      isAfterGap: false,
      host: "127.0.0.1",
      port: 65_535,
      worker: 0,
      sizeBytes: 3_000_000_000,
    });
    assertEquals(decode(bytes), "GET /\n");
    assertGreaterOrEqual(timeMs, beforeMs);
    assertLess(timeMs, Date.now() + 1);
  }
});

Deno.test("records are read once, in order, and only those written while the reader is there", () => {
  const { memory, reader, write } = watchedTrace();
  write(1);
  const latecomer = new TraceReader(memory);
  write(2);
  write(3);
  assertEquals(clientsOf(reader.read()), [1, 2, 3]);
  write(4);
  assertEquals(clientsOf(reader.read()), [4]);
  assertEquals(reader.read(), { records: [], lost: 0 });
  assertEquals(clientsOf(latecomer.read()), [2, 3, 4]);
});

Deno.test("a record keeps the first bytes and says how many there were", () => {
  const { reader, write } = watchedTrace();
  const bytes = Uint8Array.from({ length: SHOWN_BYTES + 1 }, (_, index) => index);
  write(1, bytes.subarray(0, SHOWN_BYTES));
  write(2, bytes);
  write(3, bytes, 2); // only the first two are of this message
  write(4);
  const { records } = reader.read();
  assertEquals(records.map(({ sizeBytes }) => sizeBytes), [SHOWN_BYTES, SHOWN_BYTES + 1, 2, 0]);
  assertEquals(records.map((record) => record.bytes.length), [SHOWN_BYTES, SHOWN_BYTES, 2, 0]);
  assertEquals(records[1].bytes, bytes.subarray(0, SHOWN_BYTES));
});

Deno.test("a record has room for the longest IPv6 host", () => {
  const { reader, writer } = watchedTrace();
  const host = "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255%eth0";
  writer.write(TRACE_EVENT.accepted, 1, encode(host), 80, 0, NOTHING);
  writer.write(TRACE_EVENT.accepted, 2, encode("x".repeat(200)), 81, 1, encode("a"));
  const { records: [longest, tooLong] } = reader.read();
  assertEquals(longest.host, host);
  // What is longer than any host is cut, and harms neither its record nor the next.
  assertEquals([tooLong.port, decode(tooLong.bytes), tooLong.client], [81, "a", 2]);
});

/** As many records as a ring holds. */
function capacity(): number {
  const { reader, write } = watchedTrace();
  for (let client = 0; client < 100_000; client++) write(client);
  return reader.read().records.length;
}

Deno.test("a slow reader loses the oldest records and learns how many", () => {
  const { reader, write } = watchedTrace();
  const max = capacity();
  for (let client = 0; client < max; client++) write(client);
  assertEquals(reader.read().lost, 0);

  for (let client = 0; client < max + 10; client++) write(client);
  const overwritten = reader.read();
  assertEquals([overwritten.lost, overwritten.records.length], [10, max]);
  assertEquals([clientsOf(overwritten)[0], clientsOf(overwritten).at(-1)], [10, max + 9]);

  write(7);
  assertEquals(clientsOf(reader.read()), [7]);
});

/** A host that calls `act` when a writer is in the middle of copying it. */
function hostThatCalls(act: () => void): Uint8Array {
  return new Proxy(HOST, {
    get(target, key) {
      if (key === "4") act();
      return Reflect.get(target, key, target);
    },
  });
}

Deno.test("a record that is being written is not read before it is whole", () => {
  const { reader, writer, write } = watchedTrace();
  write(1);
  const readings: number[][] = [];
  const host = hostThatCalls(() => readings.push(clientsOf(reader.read())));
  writer.write(TRACE_EVENT.received, 2, host, 80, 0, NOTHING);
  write(3);
  readings.push(clientsOf(reader.read()));
  assertEquals(readings, [[1], [2, 3]]);
});

/** Reserves a record, as a writer does first of all. */
function reserve(memory: ArrayBufferLike): void {
  new Uint32Array(memory)[1]++; // the count of records
}

Deno.test("a record is not lost to its writer being held up, even if others are whole", () => {
  const { reader, memory, write } = watchedTrace();
  reserve(memory);
  write(2);
  assertEquals(clientsOf(reader.read()), []);
  const count = new Uint32Array(memory, Uint32Array.BYTES_PER_ELEMENT, 1);
  count[0] -= 2; // its writer goes on, with the record that it has reserved
  write(1);
  count[0] += 1;
  assertEquals(clientsOf(reader.read()), [1, 2]);
});

Deno.test("a writer that was killed in its record keeps nobody from the records after it", () => {
  const { reader, memory, write } = watchedTrace();
  reserve(memory);
  write(2);
  const readings = Array.from({ length: 20 }, () => reader.read());
  assertEquals(readings.flatMap(clientsOf), [2]);
  assertEquals(readings.reduce((sum, { lost }) => sum + lost, 0), 1);
  reserve(memory);
  write(3);
  assertEquals(clientsOf(reader.read(undefined, true)), [3]); // at once, if it is the last reading
});

Deno.test("a writer that is held up while the ring goes round harms no other's record", () => {
  const { reader, writer } = watchedTrace();
  const max = capacity();
  const write = (client: number, host: Uint8Array) =>
    writer.write(TRACE_EVENT.accepted, client, host, 80, 0, NOTHING);
  const slow = hostThatCalls(() => {
    for (let i = 0; i < max; i++) write(2, encode("::2"));
  });
  write(1, slow);
  write(3, encode("::3"));
  const { records, lost } = reader.read(max, true);
  assertEquals(records.at(-1)?.client, 3);
  for (const { client, host } of records) {
    assertEquals(host, client === 1 ? decode(HOST) : `::${client}`);
  }
  assertEquals(records.length + lost, max + 2);
});

for (const bits of [31, 32]) {
  Deno.test(`a trace goes on after 2^${bits} records`, () => {
    const memory = createTraceMemory();
    // So many cannot be written here: the count of records is the second number in the memory.
    new Uint32Array(memory)[1] = 2 ** bits - 3;
    const reader = new TraceReader(memory);
    const writer = new TraceWriter(memory);
    for (let client = 1; client <= 6; client++) {
      writer.write(TRACE_EVENT.accepted, client, HOST, 80, 0, NOTHING);
    }
    const reading = reader.read();
    assertEquals([clientsOf(reading), reading.lost], [[1, 2, 3, 4, 5, 6], 0]);
  });
}

/** Writes records of which each part can be worked out from every other. */
const WRITER_WORKER = `
  import { TRACE_EVENT, TraceWriter } from ${
  JSON.stringify(new URL("../../../servers/metrics/trace.ts", import.meta.url).href)
};
  self.onmessage = ({ data: { memory, gate, client, count } }) => {
    const writer = new TraceWriter(memory);
    const hosts = [0, 1].map((odd) => new TextEncoder().encode("host" + client + "x".repeat(odd)));
    Atomics.sub(gate, 0, 1);
    while (Atomics.load(gate, 0) > 0); // until the others are as far
    for (let n = 1; n <= count; n++) {
      const bytes = new Uint8Array(${SHOWN_BYTES}).fill(n % 251);
      writer.write(TRACE_EVENT.received, client, hosts[n % 2], n % 65_521, n, bytes);
    }
    self.postMessage("written");
  };
`;

Deno.test("Workers that write at the same time tear no record", async () => {
  const COUNT = 200_000;
  const { memory, reader } = watchedTrace();
  const url = URL.createObjectURL(new Blob([WRITER_WORKER], { type: "application/javascript" }));
  const workers = [1, 2].map((client) => ({ client, worker: new Worker(url, { type: "module" }) }));
  let writing = workers.length;
  const gate = new Int32Array(new SharedArrayBuffer(4)).fill(writing);
  for (const { client, worker } of workers) {
    worker.onmessage = () => writing--;
    worker.postMessage({ memory, gate, client, count: COUNT });
  }
  const newest = [0, 0, 0];
  let seen = 0;
  let lost = 0;
  const look = (isLast = false) => {
    const reading = reader.read(undefined, isLast);
    for (const { client, host, port, sizeBytes, bytes } of reading.records) {
      assertEquals([host, port], [`host${client}${sizeBytes % 2 ? "x" : ""}`, sizeBytes % 65_521]);
      assert(bytes.every((byte) => byte === sizeBytes % 251));
      assertGreater(sizeBytes, newest[client]);
      newest[client] = sizeBytes;
    }
    seen += reading.records.length;
    lost += reading.lost;
  };
  while (writing > 0) {
    look();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  look(true);
  for (const { worker } of workers) worker.terminate();
  URL.revokeObjectURL(url);
  assertEquals(seen + lost, workers.length * COUNT);
  for (const { client } of workers) assertGreater(newest[client], 0);
});

Deno.test("records of steps are for readers that want them, and as many as they want", () => {
  const memory = createTraceMemory();
  const writer = new TraceWriter(memory);
  const log = new TraceReader(memory);
  assert(writer.watched && writer.hasRoom && !writer.hasRoomForSteps);
  const view = new TraceReader(memory, 2, true);
  assert(writer.hasRoomForSteps);
  const before = writer.stepsUntil;
  for (let i = 0; i < 2; i++) writer.write(TRACE_EVENT.returned, 1, NOTHING, 0, 5, NOTHING);
  assert(writer.hasRoom && !writer.hasRoomForSteps);
  log.read(); // wants no steps
  assert(!writer.hasRoomForSteps);
  view.read(1);
  assert(writer.hasRoomForSteps);
  assertGreater(writer.stepsUntil, before);
});

Deno.test("the record after others that were left out says so", () => {
  const { reader, writer, write } = watchedTrace();
  write(1);
  writer.leftOut();
  write(2);
  write(3);
  const { records } = reader.read();
  assertEquals(records.map(({ isAfterGap }) => isAfterGap), [false, true, false]);
  assertEquals(new Set(records.map(({ event }) => event)), new Set(["received"]));
});

Deno.test("the times of a writer have microseconds, and do not go back", () => {
  const { reader, write } = watchedTrace();
  for (let i = 0; i < 1_000; i++) write(1);
  const times = reader.read().records.map(({ timeMs }) => timeMs);
  for (let i = 1; i < times.length; i++) assertLessOrEqual(times[i - 1], times[i]);
  assert(times.some((timeMs) => timeMs % 1 !== 0));
});
