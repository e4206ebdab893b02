import { assertEquals, assertGreaterOrEqual, assertLess } from "../../harness/assert.ts";
import { encode } from "../../harness/bytes.ts";
import { canReset, writeAll } from "../../harness/clients.ts";
import "../../harness/sanitizers.ts";
import { selected, testEachKind } from "../../harness/sockets.ts";

testEachKind("select() returns with nothing when its time is over", async (setting) => {
  const { connection } = await setting.pair();
  const startedMs = performance.now();
  const ready = await setting.sockets.select([setting.listener, connection], [], 30);
  assertGreaterOrEqual(performance.now() - startedMs, 29); // timers count in whole milliseconds
  assertEquals(ready, { readable: [], writable: [] });
});

testEachKind("select() looks at what it is given once when something is ready", async (setting) => {
  const { connection } = await setting.pair();
  await setting.sockets.select([setting.listener], [connection], Infinity);
  assertEquals(setting.notes.wakeUps, [[2, 1]]);
});

testEachKind("select() looks at each socket once when it has to wait", async (setting) => {
  const { client, connection } = await setting.pair();
  const waiting = selected(setting, [setting.listener, connection]);
  await writeAll(client, encode("hello"));
  await waiting;
  assertEquals(setting.notes.wakeUps.at(-1), [2, 1]);
});

testEachKind("select() counts once who is in two sets", async (setting) => {
  const { client, connection } = await setting.pair();
  await writeAll(client, encode("hello"));
  await selected(setting, [connection]);
  await setting.sockets.select([setting.listener, connection], [connection], Infinity);
  assertEquals(setting.notes.wakeUps.at(-1), [2, 1]);
});

testEachKind("select() wakes up for a client that connects", async (setting) => {
  const { connection } = await setting.pair();
  const waiting = selected(setting, [connection, setting.listener]);
  await setting.connect();
  assertEquals(await waiting, { readable: [setting.listener], writable: [] });
});

testEachKind(
  "select() wakes up for bytes, and reports those that are ready only",
  async (setting) => {
    const { connection: silent } = await setting.pair();
    const { client, connection } = await setting.pair();
    const waiting = selected(setting, [setting.listener, silent, connection]);
    await writeAll(client, encode("hello"));
    assertEquals(await waiting, { readable: [connection], writable: [] });
  },
);

testEachKind("select() reports as readable who is at the end", async (setting) => {
  const { client, connection } = await setting.pair();
  await client.closeWrite();
  assertEquals((await selected(setting, [connection])).readable, [connection]);
});

testEachKind("select() reports as readable and writable who was reset", async (setting) => {
  const { socket, connection } = await setting.pairThatResets();
  const waiting = selected(setting, [connection]);
  socket.resetAndDestroy();
  assertEquals((await waiting).readable, [connection]);
  assertEquals((await selected(setting, [], [connection])).writable, [connection]);
}, { ignore: !canReset });

testEachKind(
  "select() reports reading and writing of the same connection together",
  async (setting) => {
    const { client, connection } = await setting.pair();
    await writeAll(client, encode("hello"));
    await selected(setting, [connection]);
    const ready = await selected(setting, [connection], [connection]);
    assertEquals(ready, { readable: [connection], writable: [connection] });
  },
);

testEachKind(
  "select() sees who speaks seldom next to one that is always ready",
  async (setting) => {
    const { client: busyClient, connection: busy } = await setting.pair();
    await writeAll(busyClient, encode("never read"));
    await selected(setting, [busy]);
    const { client, connection } = await setting.pair();
    await writeAll(client, encode("hello"));
    let calls = 0;
    for (let seen = false; !seen; calls++) {
      assertLess(calls, 1_000);
      const { readable } = await setting.sockets.select([busy, connection], [], Infinity);
      seen = readable.includes(connection);
    }
  },
);
