import {
  ConnectionReset,
  EPOLLERR,
  EPOLLIN,
  EPOLLOUT,
  WOULD_BLOCK,
} from "../../../servers/sockets/interface.ts";
import {
  assertEquals,
  assertGreaterOrEqual,
  assertLess,
  assertThrows,
} from "../../harness/assert.ts";
import { encode } from "../../harness/bytes.ts";
import { canReset, writeAll } from "../../harness/clients.ts";
import "../../harness/sanitizers.ts";
import { reports, testEachKind } from "../../harness/sockets.ts";

const NOTHING = new Uint8Array(0);

testEachKind("poll looks at every socket of its list at each wait", async (setting) => {
  const { connection: silent } = await setting.pair();
  const { connection } = await setting.pair();
  const list = setting.sockets.poll();
  list.add(setting.listener, EPOLLIN);
  list.add(silent, EPOLLIN);
  list.add(connection, EPOLLOUT);
  assertEquals(await reports(list), [[connection, EPOLLOUT]]);
  list.remove(setting.listener);
  assertEquals(await reports(list), [[connection, EPOLLOUT]]);
  assertEquals(setting.notes.wakeUps, [[3, 1], [2, 1]]);
});

testEachKind("poll looks at each socket once when it has to wait", async (setting) => {
  const { client, connection } = await setting.pair();
  const list = setting.sockets.poll();
  list.add(setting.listener, EPOLLIN);
  list.add(connection, EPOLLIN);
  const waiting = reports(list);
  await writeAll(client, encode("hello"));
  assertEquals(await waiting, [[connection, EPOLLIN]]);
  assertEquals(setting.notes.wakeUps.at(-1), [2, 1]);
});

testEachKind("poll reports again what was not read to the last byte", async (setting) => {
  const { client, connection } = await setting.pair();
  const list = setting.sockets.poll();
  list.add(connection, EPOLLIN);
  await writeAll(client, encode("abc"));
  for (const letter of "abc") {
    assertEquals(await reports(list), [[connection, EPOLLIN]]);
    assertEquals(connection.tryRecv(1), encode(letter));
  }
  assertEquals(connection.tryRecv(1), WOULD_BLOCK);
  await writeAll(client, encode("d"));
  assertEquals(await reports(list), [[connection, EPOLLIN]]);
  assertEquals(connection.tryRecv(1), encode("d"));
});

testEachKind("poll reports all that is ready at once, and both directions", async (setting) => {
  const { client, connection } = await setting.pair();
  const { connection: other } = await setting.pair();
  const list = setting.sockets.poll();
  list.add(connection, EPOLLIN);
  await writeAll(client, encode("hello"));
  await reports(list);
  list.modify(connection, EPOLLIN | EPOLLOUT);
  list.add(other, EPOLLIN | EPOLLOUT);
  assertEquals(await reports(list), [[connection, EPOLLIN | EPOLLOUT], [other, EPOLLOUT]]);
});

testEachKind("poll reports a listener when a client connects", async (setting) => {
  const list = setting.sockets.poll();
  list.add(setting.listener, EPOLLIN);
  await setting.connect();
  assertEquals(await reports(list), [[setting.listener, EPOLLIN]]);
  assertEquals(setting.listener.tryAccept()?.id, 1);
});

testEachKind("poll reports the end of the stream", async (setting) => {
  const { client, connection } = await setting.pair();
  const list = setting.sockets.poll();
  list.add(connection, EPOLLIN);
  await client.closeWrite();
  assertEquals(await reports(list), [[connection, EPOLLIN]]);
  assertEquals(connection.tryRecv(1), NOTHING);
});

testEachKind("poll reports a reset, asked for or not", async (setting) => {
  const { socket, connection } = await setting.pairThatResets();
  const list = setting.sockets.poll();
  list.add(connection, EPOLLIN);
  socket.resetAndDestroy();
  assertEquals(await reports(list), [[connection, EPOLLIN | EPOLLERR]]);
  assertThrows(() => connection.tryRecv(1), ConnectionReset);
}, { ignore: !canReset });

testEachKind(
  "poll reports what holds when it is asked for, and no more what is not",
  async (setting) => {
    const { client, connection } = await setting.pair();
    const { connection: other } = await setting.pair();
    const list = setting.sockets.poll();
    list.add(connection, EPOLLIN);
    await writeAll(client, encode("hello"));
    assertEquals(await reports(list), [[connection, EPOLLIN]]);
    list.modify(connection, EPOLLOUT);
    assertEquals(await reports(list), [[connection, EPOLLOUT]]);
    list.modify(connection, 0);
    list.add(other, EPOLLOUT);
    assertEquals(await reports(list), [[other, EPOLLOUT]]);
    list.modify(other, EPOLLIN);
    list.modify(connection, EPOLLIN);
    assertEquals(await reports(list), [[connection, EPOLLIN]]);
  },
);

testEachKind("poll's remove() ends the reports, and add() begins them anew", async (setting) => {
  const { client, connection } = await setting.pair();
  const { connection: other } = await setting.pair();
  const list = setting.sockets.poll();
  list.add(connection, EPOLLIN);
  await writeAll(client, encode("hello"));
  assertEquals(await reports(list), [[connection, EPOLLIN]]);
  list.remove(connection);
  list.add(other, EPOLLOUT);
  assertEquals(await reports(list), [[other, EPOLLOUT]]);
  list.remove(other);
  list.add(connection, EPOLLIN);
  assertEquals(await reports(list), [[connection, EPOLLIN]]);
  assertEquals(connection.tryRecv(10), encode("hello"));
});

testEachKind("a connection that is closed leaves poll's list by itself", async (setting) => {
  const { client, connection } = await setting.pair();
  const { connection: other } = await setting.pair();
  const list = setting.sockets.poll();
  list.add(connection, EPOLLIN);
  await writeAll(client, encode("hello"));
  assertEquals(await reports(list), [[connection, EPOLLIN]]);
  connection.close();
  list.add(other, EPOLLOUT);
  assertEquals(await reports(list), [[other, EPOLLOUT]]);
  assertEquals(setting.notes.wakeUps.at(-1), [1, 1]);
});

testEachKind("poll returns with nothing when its time is over", async (setting) => {
  const { connection } = await setting.pair();
  const list = setting.sockets.poll();
  list.add(connection, EPOLLIN);
  const startedMs = performance.now();
  assertEquals(await list.wait(30), []);
  assertGreaterOrEqual(performance.now() - startedMs, 29); // timers count in whole milliseconds
});

testEachKind("poll sees who speaks seldom next to one that is always ready", async (setting) => {
  const { client: busyClient, connection: busy } = await setting.pair();
  const { client, connection } = await setting.pair();
  const list = setting.sockets.poll();
  list.add(busy, EPOLLIN);
  list.add(connection, EPOLLIN);
  await writeAll(busyClient, encode("never read"));
  assertEquals(await reports(list), [[busy, EPOLLIN]]);
  await writeAll(client, encode("hello"));
  let calls = 0;
  for (let seen = false; !seen; calls++) {
    assertLess(calls, 1_000);
    seen = (await reports(list)).some(([target]) => target === connection);
  }
});
