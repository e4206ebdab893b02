import {
  ConnectionReset,
  EPOLLET,
  EPOLLOUT,
  SERVER_WORKS,
  WOULD_BLOCK,
} from "../../../servers/sockets/interface.ts";
import {
  assertEquals,
  assertGreater,
  assertLess,
  assertNotEquals,
  assertRejects,
} from "../../harness/assert.ts";
import { assertSameBytes, randomBytes } from "../../harness/bytes.ts";
import { readExactly } from "../../harness/clients.ts";
import "../../harness/sanitizers.ts";
import {
  isWritable,
  leave,
  QUIET_MS,
  reports,
  selected,
  sendAll,
  sendUntilStuck,
  testEachKind,
} from "../../harness/sockets.ts";

testEachKind(
  "trySend() throws ConnectionReset in the end when the client is gone",
  async (setting) => {
    const { client, connection } = await setting.pair();
    await leave(client, connection);
    await assertRejects(async () => {
      for (;;) {
        connection.trySend(new Uint8Array(1_000));
        await setting.sockets.pause(0);
      }
    }, ConnectionReset);
  },
);

testEachKind(
  "trySend() takes a bounded amount for a client that does not read",
  async (setting) => {
    const { connection } = await setting.pair();
    const chunk = new Uint8Array(50_000);
    // The system takes some megabytes, and a little more when it has moved them to the client's side.
    let sent = await sendUntilStuck(setting, connection);
    for (let count; (count = connection.trySend(chunk)) !== WOULD_BLOCK;) sent += count;
    assertLess(sent, 64_000_000);
  },
);

testEachKind("trySend() loses nothing of what it took, and nothing but", async (setting) => {
  const { client, connection } = await setting.pair();
  const bytes = randomBytes(3_000_000);
  const receiving = readExactly(client, bytes.length);
  await sendAll(setting, connection, bytes, () => 1 + Math.floor(Math.random() * 100_000));
  assertSameBytes(await receiving, bytes);
});

testEachKind(
  "select() reports a connection as writable again when its client reads",
  async (setting) => {
    const { client, connection } = await setting.pair();
    const sent = await sendUntilStuck(setting, connection);
    const reading = readExactly(client, sent);
    assertEquals((await selected(setting, [], [connection])).writable, [connection]);
    assertGreater(connection.trySend(new Uint8Array(1)), 0);
    assertEquals((await reading).length, sent);
  },
);

testEachKind("select() reports once that a client takes nothing", async (setting) => {
  const { connection } = await setting.pair();
  await sendUntilStuck(setting, connection);
  connection.turn = SERVER_WORKS; // it has received since then, and has not tried to send
  const linesBefore = setting.notes.lines.length;
  for (let i = 0; i < 2; i++) await setting.sockets.select([], [connection], 1);
  assertEquals(setting.notes.lines.slice(linesBefore), [`blocked ${connection.id}`]);
});

testEachKind("select() calls no connection writable that takes nothing", async (setting) => {
  const { client, connection } = await setting.pair();
  await sendUntilStuck(setting, connection);
  const chunk = new Uint8Array(10_000);
  const buffer = new Uint8Array(7_000);
  // The client reads slowly, so that the connection is nearly full all the time.
  for (let dispatched = 0; dispatched < 5_000_000;) {
    await client.read(buffer);
    if (!await isWritable(setting, connection, 0)) continue;
    const count = connection.trySend(chunk);
    assertNotEquals(count, WOULD_BLOCK);
    dispatched += count;
  }
});

for (const [name, mode] of [["edge", EPOLLET], ["level", 0]] as const) {
  testEachKind(
    `epoll reports EPOLLOUT again when a client reads, ${name}-triggered`,
    async (setting) => {
      const { client, connection } = await setting.pair();
      const epoll = setting.sockets.epoll();
      epoll.add(connection, EPOLLOUT | mode);
      assertEquals(await reports(epoll), [[connection, EPOLLOUT]]);
      const isWritableAgain = async () => (await reports(epoll, QUIET_MS)).length > 0;
      const sent = await sendUntilStuck(setting, connection, isWritableAgain);
      const reading = readExactly(client, sent);
      assertEquals(await reports(epoll), [[connection, EPOLLOUT]]);
      assertGreater(connection.trySend(new Uint8Array(1)), 0);
      assertEquals((await reading).length, sent);
    },
  );
}
