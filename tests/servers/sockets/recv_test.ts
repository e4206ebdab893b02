import {
  ConnectionReset,
  EPOLLET,
  EPOLLIN,
  WOULD_BLOCK,
} from "../../../servers/sockets/interface.ts";
import {
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
  assertThrows,
} from "../../harness/assert.ts";
import { assertSameBytes, encode, randomBytes } from "../../harness/bytes.ts";
import { canReset, writeAll } from "../../harness/clients.ts";
import "../../harness/sanitizers.ts";
import {
  nextBytes,
  nextText,
  QUIET_MS,
  reports,
  selected,
  testEachKind,
} from "../../harness/sockets.ts";

const NOTHING = new Uint8Array(0);

testEachKind("tryRecv() answers WOULD_BLOCK until there are bytes", async (setting) => {
  const { client, connection } = await setting.pair();
  assertEquals(connection.tryRecv(1_024), WOULD_BLOCK);
  await writeAll(client, encode("hello"));
  assertEquals(await nextText(setting, connection), "hello");
  assertEquals(connection.tryRecv(1_024), WOULD_BLOCK);
});

testEachKind(
  "tryRecv() gives no more than it is asked for, and leaves the rest",
  async (setting) => {
    const { client, connection } = await setting.pair();
    await writeAll(client, encode("hello"));
    assertEquals(await nextText(setting, connection, 2), "he");
    assertEquals(connection.tryRecv(2), encode("ll"));
    assertEquals(connection.tryRecv(2), encode("o"));
    assertEquals(connection.tryRecv(2), WOULD_BLOCK);
  },
);

testEachKind(
  "tryRecv() gives everything, and then nothing at the end of the stream",
  async (setting) => {
    const { client, connection } = await setting.pair();
    const bytes = randomBytes(100_000);
    const sending = writeAll(client, bytes).then(() => client.closeWrite());
    const received: number[] = [];
    for (let view; (view = await nextBytes(setting, connection, 70)).length > 0;) {
      received.push(...view);
    }
    await sending;
    assertSameBytes(new Uint8Array(received), bytes);
    assertEquals(connection.tryRecv(70), NOTHING);
  },
  { recvSizeBytes: 100 },
);

testEachKind("bytes that come after the last were read are the right ones", async (setting) => {
  const { client, connection } = await setting.pair();
  const epoll = setting.sockets.epoll();
  epoll.add(connection, EPOLLIN | EPOLLET);
  await writeAll(client, encode("hello"));
  await reports(epoll);
  assertEquals(connection.tryRecv(2), encode("he"));
  await reports(epoll, 0); // from here on, it is waiting for more in the background
  assertEquals(connection.tryRecv(10), encode("llo"));
  await writeAll(client, encode("again"));
  await reports(epoll);
  assertEquals(connection.tryRecv(10), encode("again"));
});

testEachKind(
  "activity grows with every call that moves bytes, and with no other",
  async (setting) => {
    const { client, connection } = await setting.pair();
    const seen = [connection.activity];
    const look = () => seen.push(connection.activity);
    connection.tryRecv(10); // would block
    look();
    await writeAll(client, encode("hello"));
    await nextText(setting, connection);
    look();
    connection.trySend(encode("a"));
    look();
    await connection.send(encode("b"));
    look();
    assertEquals(seen[1], seen[0]);
    for (let i = 2; i < seen.length; i++) assertGreater(seen[i], seen[i - 1]);
  },
);

testEachKind(
  "a reset throws ConnectionReset from tryRecv(), after the bytes that came before",
  async (setting) => {
    const { socket, connection } = await setting.pairThatResets();
    socket.write("last words");
    await selected(setting, [connection]);
    socket.resetAndDestroy();
    assertEquals(await nextText(setting, connection), "last words");
    await assertRejects(() => nextText(setting, connection), ConnectionReset);
    assertThrows(() => connection.tryRecv(1), ConnectionReset);
    assertThrows(() => connection.trySend(new Uint8Array(1)), ConnectionReset);
    assertEquals(setting.notes.lines.filter((line) => line === "reset 1").length, 1);
  },
  { ignore: !canReset },
);

testEachKind(
  "readable() resolves when there is something to receive, or an end",
  async (setting) => {
    const { client, connection } = await setting.pair();
    const arriving = setting.sockets.readable(connection);
    await writeAll(client, encode("hello"));
    await arriving;
    assertEquals(connection.tryRecv(10), encode("hello"));
    const ending = setting.sockets.readable(connection);
    await client.closeWrite();
    await ending;
    assertEquals(connection.tryRecv(10), NOTHING);
  },
);

testEachKind("readable() leaves a connection as it was for select()", async (setting) => {
  const { client, connection } = await setting.pair();
  const arriving = setting.sockets.readable(connection);
  await writeAll(client, encode("hello"));
  await arriving;
  assertEquals(connection.tryRecv(10), encode("hello"));
  const startedMs = performance.now();
  const waiting = setting.sockets.select([connection], [], 5_000);
  await writeAll(client, encode("again"));
  assertEquals((await waiting).readable, [connection]);
  assertLess(performance.now() - startedMs, 5_000);
});

testEachKind(
  "readable() does not wait for ever on a connection that is closed meanwhile",
  async (setting) => {
    const { client, connection } = await setting.pair();
    const waiting = setting.sockets.readable(connection);
    connection.close();
    client.close();
    await setting.sockets.allClosed();
    const overdue = Promise.withResolvers<string>();
    const timer = setTimeout(overdue.resolve, QUIET_MS, "it still waits");
    assertEquals(await Promise.race([waiting, overdue.promise]), undefined);
    clearTimeout(timer);
  },
);
