import { createRing, RingReader, RingWriter } from "../../../servers/workers/handler/ring.ts";
import { assert, assertEquals } from "../../harness/assert.ts";
import { test } from "../../harness/test.ts";

const MAX_BYTES = 1_000;

Deno.test("records come out of a ring as they went in, wherever it ends", () => {
  const memory = createRing(MAX_BYTES);
  const [writer, reader] = [new RingWriter(memory), new RingReader(memory)];
  for (let i = 0; i < 2_000; i++) {
    const bytes = new Uint8Array(i * 31 % (MAX_BYTES + 1)).fill(i);
    assert(writer.tryWrite(i % 7, i, bytes));
    assert(reader.next());
    assertEquals([reader.kind, reader.client], [i % 7, i]);
    assertEquals(reader.payload, bytes);
  }
  assertEquals(reader.next(), false);
});

Deno.test("a ring that is full takes nothing, and has room for what was read", () => {
  const memory = createRing(MAX_BYTES);
  const [writer, reader] = [new RingWriter(memory), new RingReader(memory)];
  let written = 0;
  while (writer.tryWrite(1, written, new Uint8Array(MAX_BYTES))) written++;
  assert(written >= 4);
  assertEquals(writer.hasRoom(MAX_BYTES), false);
  writer.wantRoom();
  assert(reader.next());
  assertEquals([reader.takeWanted(), reader.takeWanted()], [true, false]);
  assert(writer.tryWrite(1, written, new Uint8Array(MAX_BYTES)));
  const rest = [];
  while (reader.next()) rest.push(reader.client);
  assertEquals(rest, Array.from({ length: written }, (_, index) => index + 1));
});

Deno.test("whoever takes a ring over finds what was not read", () => {
  const memory = createRing(MAX_BYTES);
  const [writer, reader] = [new RingWriter(memory), new RingReader(memory)];
  for (const client of [1, 2, 3]) writer.tryWrite(1, client, new Uint8Array(client));
  reader.next();
  const heir = new RingReader(memory);
  assert(heir.next());
  assertEquals([heir.client, heir.payload.length], [2, 2]);
});

test("a thread that finds no room goes on when the other has read", async () => {
  const memory = createRing(MAX_BYTES);
  const count = 5_000;
  const worker = new Worker(new URL("./ring_worker.ts", import.meta.url), { type: "module" });
  worker.postMessage({ memory, count, maxBytes: MAX_BYTES });
  const reader = new RingReader(memory);
  for (let i = 0; i < count;) {
    if (!reader.next()) {
      await new Promise((resolve) => setTimeout(resolve));
      continue;
    }
    assertEquals([reader.kind, reader.client], [i % 7, i]);
    assertEquals(reader.payload.length, i * 31 % (MAX_BYTES + 1));
    assert(reader.payload.every((byte) => byte === i % 256));
    i++;
  }
  worker.terminate();
});
