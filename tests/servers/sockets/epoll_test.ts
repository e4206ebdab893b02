import {
  ConnectionReset,
  EPOLLERR,
  EPOLLET,
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
import { nextText, QUIET_MS, reports, selected, testEachKind } from "../../harness/sockets.ts";

const NOTHING = new Uint8Array(0);

testEachKind("epoll sees who speaks seldom next to one that is always ready", async (setting) => {
  const epoll = setting.sockets.epoll();
  const { client: busyClient, connection: busy } = await setting.pair();
  epoll.add(busy, EPOLLIN);
  await writeAll(busyClient, encode("never read"));
  assertEquals(await reports(epoll), [[busy, EPOLLIN]]);
  const { client, connection } = await setting.pair();
  epoll.add(connection, EPOLLIN);
  await writeAll(client, encode("hello"));
  let calls = 0;
  for (let seen = false; !seen; calls++) {
    assertLess(calls, 1_000);
    seen = (await epoll.wait(Infinity)).some(({ target }) => target === connection);
  }
});

testEachKind("epoll looks at those only that are ready", async (setting) => {
  const { client, connection } = await setting.pair();
  const epoll = setting.sockets.epoll();
  epoll.add(setting.listener, EPOLLIN);
  epoll.add(connection, EPOLLIN);
  const waiting = reports(epoll);
  await writeAll(client, encode("hello"));
  assertEquals(await waiting, [[connection, EPOLLIN]]);
  assertEquals(setting.notes.wakeUps.at(-1), [1, 1]);
});

testEachKind("epoll returns with nothing when its time is over", async (setting) => {
  const { connection } = await setting.pair();
  const epoll = setting.sockets.epoll();
  epoll.add(connection, EPOLLIN);
  const startedMs = performance.now();
  assertEquals(await epoll.wait(30), []);
  assertGreaterOrEqual(performance.now() - startedMs, 29);
});

testEachKind(
  "epoll reports a listener, level-triggered, while clients are waiting",
  async (setting) => {
    const epoll = setting.sockets.epoll();
    epoll.add(setting.listener, EPOLLIN);
    await setting.connect();
    await setting.connect();
    for (const id of [1, 2]) {
      assertEquals(await reports(epoll), [[setting.listener, EPOLLIN]]);
      assertEquals(setting.listener.tryAccept()?.id, id);
    }
    assertEquals(await reports(epoll, QUIET_MS), []);
  },
);

testEachKind(
  "epoll reports again, level-triggered, what was not read to the last byte",
  async (setting) => {
    const { client, connection } = await setting.pair();
    const epoll = setting.sockets.epoll();
    epoll.add(connection, EPOLLIN);
    await writeAll(client, encode("abc"));
    for (const letter of "abc") {
      assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
      assertEquals(connection.tryRecv(1), encode(letter));
    }
    assertEquals(await reports(epoll, QUIET_MS), []);
  },
);

testEachKind(
  "epoll reports once, edge-triggered, what is not read to the last byte",
  async (setting) => {
    const { client, connection } = await setting.pair();
    const { client: laterClient, connection: later } = await setting.pair();
    const epoll = setting.sockets.epoll();
    epoll.add(connection, EPOLLIN | EPOLLET);
    epoll.add(later, EPOLLIN | EPOLLET);
    await writeAll(client, encode("hello"));
    assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
    assertEquals(connection.tryRecv(2), encode("he"));
    await writeAll(laterClient, encode("later"));
    assertEquals(await reports(epoll), [[later, EPOLLIN]]);
    assertEquals(await reports(epoll, QUIET_MS), []);
  },
);

for (const read of [0, 2]) {
  testEachKind(
    `epoll reports new bytes, edge-triggered, when ${read} of the last were read`,
    async (setting) => {
      const { client, connection } = await setting.pair();
      const epoll = setting.sockets.epoll();
      epoll.add(connection, EPOLLIN | EPOLLET);
      await writeAll(client, encode("hello"));
      assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
      if (read > 0) assertEquals(connection.tryRecv(read), encode("he"));
      assertEquals(await reports(epoll, 0), []);
      await writeAll(client, encode(" again"));
      // If this edge does not come, none does; the time limit only makes the failure quick.
      assertEquals(await reports(epoll, 5_000), [[connection, EPOLLIN]]);
      assertEquals(await nextText(setting, connection), "hello again".slice(read));
    },
  );
}

testEachKind(
  "epoll reports a new arrival, edge-triggered, after the connection was drained",
  async (setting) => {
    const { client, connection } = await setting.pair();
    const epoll = setting.sockets.epoll();
    epoll.add(connection, EPOLLIN | EPOLLET);
    for (const word of ["one", "two"]) {
      await writeAll(client, encode(word));
      assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
      assertEquals(connection.tryRecv(10), encode(word));
      assertEquals(connection.tryRecv(10), WOULD_BLOCK);
      assertEquals(await reports(epoll, QUIET_MS), []);
    }
  },
);

for (const [name, mode] of [["edge", EPOLLET], ["level", 0]] as const) {
  testEachKind(`epoll reports the end of the stream, ${name}-triggered`, async (setting) => {
    const { client, connection } = await setting.pair();
    const epoll = setting.sockets.epoll();
    epoll.add(connection, EPOLLIN | mode);
    await client.closeWrite();
    assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
    assertEquals(connection.tryRecv(1), NOTHING);
  });

  testEachKind(`epoll reports a reset, asked for or not, ${name}-triggered`, async (setting) => {
    const { socket, connection } = await setting.pairThatResets();
    const epoll = setting.sockets.epoll();
    epoll.add(connection, EPOLLIN | mode);
    socket.resetAndDestroy();
    assertEquals(await reports(epoll), [[connection, EPOLLIN | EPOLLERR]]);
    assertThrows(() => connection.tryRecv(1), ConnectionReset);
  }, { ignore: !canReset });
}

testEachKind(
  "epoll.modify() reports what already holds, and no more what is not asked for",
  async (setting) => {
    const { client, connection } = await setting.pair();
    const epoll = setting.sockets.epoll();
    epoll.add(connection, EPOLLIN);
    epoll.modify(connection, EPOLLOUT);
    assertEquals(await reports(epoll), [[connection, EPOLLOUT]]);
    epoll.modify(connection, EPOLLIN);
    assertEquals(await reports(epoll, QUIET_MS), []);
    await writeAll(client, encode("hello"));
    assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
    epoll.modify(connection, EPOLLIN | EPOLLET);
    assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
    assertEquals(await reports(epoll, QUIET_MS), []);
  },
);

testEachKind("epoll.add() reports what already holds, edge-triggered as well", async (setting) => {
  const { client, connection } = await setting.pair();
  await writeAll(client, encode("hello"));
  await selected(setting, [connection]);
  const epoll = setting.sockets.epoll();
  epoll.add(connection, EPOLLIN | EPOLLOUT | EPOLLET);
  assertEquals(await reports(epoll), [[connection, EPOLLIN | EPOLLOUT]]);
});

testEachKind("epoll.remove() ends the reports, and add() begins them anew", async (setting) => {
  const { client, connection } = await setting.pair();
  const epoll = setting.sockets.epoll();
  epoll.add(connection, EPOLLIN);
  await writeAll(client, encode("hello"));
  assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
  epoll.remove(connection);
  assertEquals(await reports(epoll, QUIET_MS), []);
  epoll.add(connection, EPOLLIN);
  assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
});

testEachKind("a connection that is closed leaves the interest list by itself", async (setting) => {
  const { client, connection } = await setting.pair();
  const epoll = setting.sockets.epoll();
  epoll.add(connection, EPOLLIN);
  await writeAll(client, encode("hello"));
  assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
  connection.close();
  await writeAll(client, encode("hello again"));
  assertEquals(await reports(epoll, QUIET_MS), []);
});
