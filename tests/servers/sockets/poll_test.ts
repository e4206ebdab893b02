import {
  ConnectionReset,
  type Pollable,
  POLLERR,
  POLLIN,
  POLLOUT,
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
import { polled, testEachKind } from "../../harness/sockets.ts";

const NOTHING = new Uint8Array(0);

testEachKind("poll looks at every socket of its list at each wait", async (setting) => {
  const { connection: silent } = await setting.pair();
  const { connection } = await setting.pair();
  const entries = setting.sockets.pollEntries();
  entries.set(setting.listener, POLLIN);
  entries.set(silent, POLLIN);
  entries.set(connection, POLLOUT);
  assertEquals(await polled(setting, entries), [[connection, POLLOUT]]);
  entries.delete(setting.listener);
  assertEquals(await polled(setting, entries), [[connection, POLLOUT]]);
  assertEquals(setting.notes.wakeUps, [[3, 1], [2, 1]]);
});

testEachKind("poll looks at each socket once when it has to wait", async (setting) => {
  const { client, connection } = await setting.pair();
  const entries = setting.sockets.pollEntries();
  entries.set(setting.listener, POLLIN);
  entries.set(connection, POLLIN);
  const waiting = polled(setting, entries);
  await writeAll(client, encode("hello"));
  assertEquals(await waiting, [[connection, POLLIN]]);
  assertEquals(setting.notes.wakeUps.at(-1), [2, 1]);
});

testEachKind("poll reports again what was not read to the last byte", async (setting) => {
  const { client, connection } = await setting.pair();
  const entries = setting.sockets.pollEntries();
  entries.set(connection, POLLIN);
  await writeAll(client, encode("abc"));
  for (const letter of "abc") {
    assertEquals(await polled(setting, entries), [[connection, POLLIN]]);
    assertEquals(connection.tryRecv(1), encode(letter));
  }
  assertEquals(connection.tryRecv(1), WOULD_BLOCK);
  await writeAll(client, encode("d"));
  assertEquals(await polled(setting, entries), [[connection, POLLIN]]);
  assertEquals(connection.tryRecv(1), encode("d"));
});

testEachKind("poll reports all that is ready at once, and both directions", async (setting) => {
  const { client, connection } = await setting.pair();
  const { connection: other } = await setting.pair();
  const entries = setting.sockets.pollEntries();
  entries.set(connection, POLLIN);
  await writeAll(client, encode("hello"));
  await polled(setting, entries);
  entries.set(connection, POLLIN | POLLOUT);
  entries.set(other, POLLIN | POLLOUT);
  assertEquals(await polled(setting, entries), [[connection, POLLIN | POLLOUT], [other, POLLOUT]]);
});

testEachKind("poll reports a listener when a client connects", async (setting) => {
  const entries = setting.sockets.pollEntries();
  entries.set(setting.listener, POLLIN);
  await setting.connect();
  assertEquals(await polled(setting, entries), [[setting.listener, POLLIN]]);
  assertEquals(setting.listener.tryAccept()?.id, 1);
});

testEachKind("poll reports the end of the stream", async (setting) => {
  const { client, connection } = await setting.pair();
  const entries = setting.sockets.pollEntries();
  entries.set(connection, POLLIN);
  await client.closeWrite();
  assertEquals(await polled(setting, entries), [[connection, POLLIN]]);
  assertEquals(connection.tryRecv(1), NOTHING);
});

testEachKind("poll reports a reset, asked for or not", async (setting) => {
  const { socket, connection } = await setting.pairThatResets();
  const entries = setting.sockets.pollEntries();
  entries.set(connection, POLLIN);
  socket.resetAndDestroy();
  assertEquals(await polled(setting, entries), [[connection, POLLIN | POLLERR]]);
  assertThrows(() => connection.tryRecv(1), ConnectionReset);
}, { ignore: !canReset });

testEachKind(
  "poll reports what holds when it is asked for, and no more what is not",
  async (setting) => {
    const { client, connection } = await setting.pair();
    const { connection: other } = await setting.pair();
    const entries = setting.sockets.pollEntries();
    entries.set(connection, POLLIN);
    await writeAll(client, encode("hello"));
    assertEquals(await polled(setting, entries), [[connection, POLLIN]]);
    entries.set(connection, POLLOUT);
    assertEquals(await polled(setting, entries), [[connection, POLLOUT]]);
    entries.set(connection, 0);
    entries.set(other, POLLOUT);
    assertEquals(await polled(setting, entries), [[other, POLLOUT]]);
    entries.set(other, POLLIN);
    entries.set(connection, POLLIN);
    assertEquals(await polled(setting, entries), [[connection, POLLIN]]);
  },
);

testEachKind(
  "an entry that is deleted ends the reports, and a new one begins them anew",
  async (setting) => {
    const { client, connection } = await setting.pair();
    const { connection: other } = await setting.pair();
    const entries = setting.sockets.pollEntries();
    entries.set(connection, POLLIN);
    await writeAll(client, encode("hello"));
    assertEquals(await polled(setting, entries), [[connection, POLLIN]]);
    entries.delete(connection);
    entries.set(other, POLLOUT);
    assertEquals(await polled(setting, entries), [[other, POLLOUT]]);
    entries.delete(other);
    entries.set(connection, POLLIN);
    assertEquals(await polled(setting, entries), [[connection, POLLIN]]);
    assertEquals(connection.tryRecv(10), encode("hello"));
  },
);

testEachKind("an entry of a closed connection can be deleted after it", async (setting) => {
  const { client, connection } = await setting.pair();
  const { connection: other } = await setting.pair();
  const entries = setting.sockets.pollEntries();
  entries.set(connection, POLLIN);
  await writeAll(client, encode("hello"));
  assertEquals(await polled(setting, entries), [[connection, POLLIN]]);
  connection.close();
  entries.delete(connection);
  entries.delete(connection); // twice is harmless
  entries.set(other, POLLOUT);
  assertEquals(await polled(setting, entries), [[other, POLLOUT]]);
  assertEquals(setting.notes.wakeUps.at(-1), [1, 1]);
});

testEachKind(
  "an entry says what the last poll found, and nothing of those before",
  async (setting) => {
    const { client, connection } = await setting.pair();
    const { connection: other } = await setting.pair();
    const entries = setting.sockets.pollEntries();
    entries.set(connection, POLLIN);
    entries.set(other, POLLOUT);
    const reported = () => entries.list.map(({ events, revents }) => [events, revents]);
    assertEquals(await polled(setting, entries), [[other, POLLOUT]]);
    assertEquals(reported(), [[POLLIN, 0], [POLLOUT, POLLOUT]]);
    entries.set(other, POLLIN);
    await writeAll(client, encode("hello"));
    assertEquals(await polled(setting, entries), [[connection, POLLIN]]);
    assertEquals(reported(), [[POLLIN, POLLIN], [POLLIN, 0]]);
  },
);

testEachKind("the array of poll grows, and has no gaps when entries leave it", async (setting) => {
  const { connection } = await setting.pair();
  const entries = setting.sockets.pollEntries<Pollable>();
  const pairs = [];
  for (let i = 0; i < 100; i++) pairs.push(await setting.pair());
  for (const pair of pairs) entries.set(pair.connection, POLLIN);
  entries.set(connection, POLLOUT);
  assertEquals(await polled(setting, entries), [[connection, POLLOUT]]);
  for (const pair of pairs.slice(0, 60)) entries.delete(pair.connection);
  assertEquals(await polled(setting, entries), [[connection, POLLOUT]]);
  assertEquals(setting.notes.wakeUps.at(-1), [41, 1]);
  entries.delete(connection);
  const { client: last, connection: itsConnection } = pairs[99];
  await writeAll(last, encode("hello"));
  assertEquals(await polled(setting, entries), [[itsConnection, POLLIN]]);
});

testEachKind("poll returns with nothing when its time is over", async (setting) => {
  const { connection } = await setting.pair();
  const entries = setting.sockets.pollEntries();
  entries.set(connection, POLLIN);
  const startedMs = performance.now();
  assertEquals(await setting.sockets.poll(entries, 30), []);
  assertGreaterOrEqual(performance.now() - startedMs, 29); // timers count in whole milliseconds
});

testEachKind("poll sees who speaks seldom next to one that is always ready", async (setting) => {
  const { client: busyClient, connection: busy } = await setting.pair();
  const { client, connection } = await setting.pair();
  const entries = setting.sockets.pollEntries();
  entries.set(busy, POLLIN);
  entries.set(connection, POLLIN);
  await writeAll(busyClient, encode("never read"));
  assertEquals(await polled(setting, entries), [[busy, POLLIN]]);
  await writeAll(client, encode("hello"));
  let calls = 0;
  for (let seen = false; !seen; calls++) {
    assertLess(calls, 1_000);
    seen = (await polled(setting, entries)).some(([target]) => target === connection);
  }
});
