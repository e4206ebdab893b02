import { DenoSockets } from "../servers/sockets/deno.ts";
import { ConnectionReset, hasDenoOperations, WOULD_BLOCK } from "../servers/sockets/interface.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
  assertThrows,
} from "./harness/assert.ts";
import { decode, encode } from "./harness/bytes.ts";
import { readExactly, writeAll } from "./harness/clients.ts";
import "./harness/sanitizers.ts";
import { leave, selected, Setting } from "./harness/sockets.ts";
import { test } from "./harness/test.ts";

test("Deno's own operations on a connection count as recv() and send() do", async () => {
  await using setting = new Setting(DenoSockets);
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
  await using setting = new Setting(DenoSockets);
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
  await using setting = new Setting(DenoSockets);
  const { connection } = await setting.pair();
  const count = connection.trySend(new Uint8Array(10_000_000));
  assertGreater(count, 0);
  assertLess(count, 1_000_000);
  assertEquals(connection.trySend(new Uint8Array(1)), WOULD_BLOCK);
  assertEquals((await selected(setting, [], [connection])).writable, [connection]);
  assertGreater(connection.trySend(new Uint8Array(1)), 0);
});
