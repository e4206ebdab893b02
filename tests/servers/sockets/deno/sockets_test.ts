import { DenoSockets } from "../../../../servers/sockets/deno/sockets.ts";
import { ReceiveBuffer } from "../../../../servers/sockets/deno/receive_buffer.ts";
import { hasDenoOperations } from "../../../../servers/sockets/deno/operations.ts";
import { ConnectionReset, WOULD_BLOCK } from "../../../../servers/sockets/interface.ts";
import type { Observer } from "../../../../servers/sockets/observer.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
  assertThrows,
} from "../../../harness/assert.ts";
import { decode, encode } from "../../../harness/bytes.ts";
import { readExactly, writeAll } from "../../../harness/clients.ts";
import "../../../harness/sanitizers.ts";
import { leave, selected, Setting } from "../../../harness/sockets.ts";
import { test } from "../../../harness/test.ts";

const makeSockets = (observer: Observer) => new DenoSockets(observer);

test("Deno's own operations on a connection count as recv() and send() do", async () => {
  await using setting = new Setting(makeSockets);
  const { client, connection } = await setting.pair();
  assert(hasDenoOperations(connection));
  await writeAll(client, encode("hello"));
  const buffer = new Uint8Array(10);
  assertEquals(connection.didRead(await connection.read(buffer)), 5);
  assertEquals(connection.wrote(await connection.write(buffer.subarray(0, 5))), 5);
  assertEquals(decode(await readExactly(client, 5)), "hello");
  await client.closeWrite();
  assertEquals(connection.didRead(await connection.read(buffer)), 0);
  assertEquals(connection.didRead(await connection.read(buffer)), 0);
  assertEquals(setting.notes.lines, ["accepted 1", "received 1 hello", "sent 1 5"]);
  assertEquals(connection.activity, 2);
});

test("explain() knows a reset from a mistake of ours", async () => {
  await using setting = new Setting(makeSockets);
  const { client, connection } = await setting.pair();
  assert(hasDenoOperations(connection));
  const mistake = new TypeError("a mistake of ours");
  assert(connection.explain(mistake) === mistake);
  await leave(client, connection);
  const error = await assertRejects(async () => {
    for (;;) await connection.write(new Uint8Array(1_000));
  }, Error);
  assert(connection.explain(error) instanceof ConnectionReset);
  assertThrows(() => connection.read(new Uint8Array(1)), ConnectionReset);
  assertEquals(setting.notes.lines.at(-1), "reset 1");
});

test("trySend() takes no more at once than what is to wait may be", async () => {
  await using setting = new Setting(makeSockets);
  const { connection } = await setting.pair();
  const count = connection.trySend(new Uint8Array(10_000_000));
  assertGreater(count, 0);
  assertLess(count, 1_000_000);
  assertEquals(connection.trySend(new Uint8Array(1)), WOULD_BLOCK);
  assertEquals((await selected(setting, [], [connection])).writable, [connection]);
  assertGreater(connection.trySend(new Uint8Array(1)), 0);
});

/** Does what a read does that gets `text`, and takes it. */
function receive(receiveBuffer: ReceiveBuffer, text: string): Uint8Array {
  const space = receiveBuffer.space();
  assert(space !== undefined);
  space.set(encode(text));
  receiveBuffer.stored(text.length);
  return receiveBuffer.take(text.length);
}

function keep(receiveBuffer: ReceiveBuffer, text: string): Uint8Array {
  const bytes = receive(receiveBuffer, text);
  receiveBuffer.retain(bytes);
  return bytes;
}

Deno.test("an inbox has one buffer, as long as what is kept is released again", () => {
  const receiveBuffer = new ReceiveBuffer(8);
  const { buffer } = receive(receiveBuffer, "longest!");
  for (let turn = 0; turn < 10; turn++) {
    const kept = ["a", "bc", "def"].map((text) => keep(receiveBuffer, text));
    assertEquals(kept.map(decode), ["a", "bc", "def"]);
    for (const chunk of kept) receiveBuffer.release(chunk);
    const next = receive(receiveBuffer, "longest!");
    assertEquals([next.buffer === buffer, next.byteOffset], [true, 0]);
  }
});

Deno.test("an inbox leaves its buffer to what is kept there, and takes a new one", () => {
  const receiveBuffer = new ReceiveBuffer(8);
  const old = ["abc", "def"].map((text) => keep(receiveBuffer, text));
  const next = keep(receiveBuffer, "new");
  assertEquals([...old, next].map(decode), ["abc", "def", "new"]);
  assertEquals([receiveBuffer.owns(old[0]), receiveBuffer.owns(next)], [false, true]);
  for (const chunk of old) receiveBuffer.release(chunk); // says nothing of the new one
  receive(receiveBuffer, "more");
  assertEquals(decode(next), "new");
  receiveBuffer.release(next);
  const last = receive(receiveBuffer, "longest!");
  assertEquals([last.buffer === next.buffer, last.byteOffset], [true, 0]);
});

Deno.test("an inbox has no space while it is full of what was not taken", () => {
  const receiveBuffer = new ReceiveBuffer(4);
  receiveBuffer.space();
  receiveBuffer.stored(4);
  assertEquals(receiveBuffer.space(), undefined);
  receiveBuffer.take(2);
  assertEquals(receiveBuffer.space(), undefined);
  receiveBuffer.take(2);
  assertEquals(receiveBuffer.space()?.length, 4);
});
