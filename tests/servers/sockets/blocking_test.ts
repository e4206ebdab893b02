/**
 * The calls that wait: accept(), recv() and send(), and what ends a wait. Where a wait is ended by what
 * comes later, a second test has it come before the call.
 *
 * @module
 */

import { ConnectionReset } from "../../../servers/sockets/interface.ts";
import { assertEquals, assertRejects } from "../../harness/assert.ts";
import { assertSameBytes, decode, encode, randomBytes } from "../../harness/bytes.ts";
import { canReset, readExactly, readToEnd, writeAll } from "../../harness/clients.ts";
import "../../harness/sanitizers.ts";
import { leave, selected, testEachKind } from "../../harness/sockets.ts";

testEachKind("accept(), recv() and send() serve a client to its end", async (setting) => {
  const { client, connection } = await setting.pair();
  assertEquals([connection.kind, connection.id], ["connection", 1]);
  const { hostname, port } = client.localAddr;
  assertEquals(connection.peer, { host: hostname, port });

  const buffer = new Uint8Array(1_024);
  await writeAll(client, encode("hello"));
  const count = await connection.recv(buffer);
  await connection.send(buffer.subarray(0, count));
  assertEquals(decode(await readExactly(client, 5)), "hello");
  await client.closeWrite();
  assertEquals(await connection.recv(buffer), 0);
  assertEquals(await connection.recv(buffer), 0);
  connection.close();
  assertEquals((await readToEnd(client)).length, 0);
  client.close();
  await setting.sockets.allClosed();
  assertEquals(setting.notes.lines, ["accepted 1", "received 1 hello", "sent 1 5", "closed 1"]);
});

testEachKind("send() waits until all is taken, however much it is", async (setting) => {
  const { client, connection } = await setting.pair();
  const bytes = randomBytes(20_000_000); // more than the system keeps on the way
  const [received] = await Promise.all([
    readExactly(client, bytes.length),
    connection.send(bytes),
  ]);
  assertSameBytes(received, bytes);
}, { waitsInCall: true });

testEachKind("send() and recv() at the same time do not disturb each other", async (setting) => {
  const { client, connection } = await setting.pair();
  const buffer = new Uint8Array(16);
  const firstCount = connection.recv(buffer);
  const bytes = randomBytes(20_000_000);
  const sending = connection.send(bytes);
  await writeAll(client, encode("one"));
  assertEquals(await firstCount, 3);
  const secondCount = connection.recv(buffer);
  await writeAll(client, encode("four"));
  assertEquals(await secondCount, 4);
  const [received] = await Promise.all([readExactly(client, bytes.length), sending]);
  assertSameBytes(received, bytes);
  const lines = setting.notes.lines.filter((line) => line.startsWith("received"));
  assertEquals(lines, ["received 1 one", "received 1 four"]);
}, { waitsInCall: true });

testEachKind("a reset throws ConnectionReset from a recv() that waits", async (setting) => {
  const { socket, connection } = await setting.pairThatResets();
  const receive = async () => await connection.recv(new Uint8Array(16));
  const receiving = assertRejects(receive, ConnectionReset);
  socket.resetAndDestroy();
  await receiving;
  await assertRejects(receive, ConnectionReset);
  assertEquals(setting.notes.lines, ["accepted 1", "reset 1"]);
}, { ignore: !canReset, waitsInCall: true });

testEachKind("a reset throws ConnectionReset from recv() and send() after it", async (setting) => {
  const { socket, connection } = await setting.pairThatResets();
  socket.resetAndDestroy();
  await selected(setting, [connection]);
  await assertRejects(async () => await connection.recv(new Uint8Array(16)), ConnectionReset);
  await assertRejects(async () => await connection.recv(new Uint8Array(16)), ConnectionReset);
  await assertRejects(async () => await connection.send(new Uint8Array(16)), ConnectionReset);
  assertEquals(setting.notes.lines, ["accepted 1", "reset 1"]);
}, { ignore: !canReset });

testEachKind(
  "send() throws ConnectionReset in the end when the client is gone",
  async (setting) => {
    const { client, connection } = await setting.pair();
    await leave(client, connection);
    await assertRejects(async () => {
      for (;;) await connection.send(new Uint8Array(1_000));
    }, ConnectionReset);
  },
);

testEachKind("finish() ends a recv() that waits, and tells the client", async (setting) => {
  const { client, connection } = await setting.pair();
  const receiving = connection.recv(new Uint8Array(10));
  connection.finish();
  assertEquals(await client.read(new Uint8Array(1)), null);
  client.close();
  assertEquals(await receiving, 0);
  assertEquals(await connection.recv(new Uint8Array(10)), 0);
}, { waitsInCall: true });

testEachKind(
  "finish() ends a recv() that waits even if the client goes on sending",
  async (setting) => {
    const { client, connection } = await setting.pair();
    const receiving = connection.recv(new Uint8Array(10));
    connection.finish();
    await writeAll(client, encode("not heard any more"));
    assertEquals(await receiving, 0);
  },
  { waitsInCall: true },
);

testEachKind("finish() ends the stream for a recv() after it", async (setting) => {
  const { client, connection } = await setting.pair();
  connection.finish();
  assertEquals(await connection.recv(new Uint8Array(10)), 0);
  assertEquals(await connection.recv(new Uint8Array(10)), 0);
  await connection.send(encode("still owed"));
  connection.close();
  assertEquals(decode(await readToEnd(client)), "still owed");
});

testEachKind("abort() ends a recv() and a send() that wait", async (setting) => {
  const { connection } = await setting.pair();
  const receiving = assertRejects(
    async () => await connection.recv(new Uint8Array(1)),
    ConnectionReset,
  );
  const sending = assertRejects(
    async () => await connection.send(new Uint8Array(50_000_000)),
    ConnectionReset,
  );
  connection.abort();
  await receiving;
  await sending;
}, { waitsInCall: true });

testEachKind("abort() makes recv() and send() throw ConnectionReset after it", async (setting) => {
  const { client, connection } = await setting.pair();
  await writeAll(client, encode("lost"));
  connection.abort();
  await assertRejects(async () => await connection.recv(new Uint8Array(1)), ConnectionReset);
  await assertRejects(async () => await connection.send(new Uint8Array(1)), ConnectionReset);
});

testEachKind("close() lets a recv() go that waits", async (setting) => {
  const { client, connection } = await setting.pair();
  const receiving = Promise.resolve(connection.recv(new Uint8Array(1)));
  connection.close();
  assertEquals(await client.read(new Uint8Array(1)), null);
  await setting.sockets.allClosed();
  await receiving.catch(() => {});
}, { waitsInCall: true });

testEachKind("close() waits for a silent client no longer than it must", async (setting) => {
  const { client, connection } = await setting.pair();
  connection.close();
  assertEquals(await client.read(new Uint8Array(1)), null);
  // The client has been told, and stays connected and silent.
  await setting.sockets.allClosed();
  assertEquals(setting.sockets.connections.size, 0);
});
