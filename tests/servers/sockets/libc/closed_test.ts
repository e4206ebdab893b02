/**
 * What a libc connection does once it is closed: nothing. Its number may be another client's by then.
 *
 * @module
 */

import {
  type Connection,
  EPOLLET,
  EPOLLIN,
  EPOLLOUT,
} from "../../../../servers/sockets/interface.ts";
import { asLibcPollable } from "../../../../servers/sockets/libc/connection_context.ts";
import { ERRNO } from "../../../../servers/system/system_interface.ts";
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLess,
  assertThrows,
} from "../../../harness/assert.ts";
import { decode, encode } from "../../../harness/bytes.ts";
import { readExactly, writeAll } from "../../../harness/clients.ts";
import "../../../harness/sanitizers.ts";
import { testScripted } from "../../../harness/scripted_calls.ts";
import { nextText, reports, selected, type Setting } from "../../../harness/sockets.ts";

const F_DUPFD = 0; // <fcntl.h>

/** A connection whose client has said its last, so that closing it gives back the number at once. */
async function endedPair(
  setting: Setting,
): Promise<{ client: Deno.TcpConn; connection: Connection }> {
  const pair = await setting.pair();
  await pair.client.closeWrite();
  assertEquals(await nextText(setting, pair.connection), "");
  return pair;
}

/** Everything that can be asked of a connection, after it is closed. */
async function useClosed(setting: Setting, connection: Connection): Promise<void> {
  assertThrows(() => connection.recv(new Uint8Array(1)), Error, "closed");
  assertThrows(() => connection.send(encode("a")), Error, "closed");
  assertThrows(() => connection.tryRecv(1), Error, "closed");
  assertThrows(() => connection.trySend(encode("a")), Error, "closed");
  connection.close();
  connection.finish();
  connection.abort();
  await setting.sockets.readable(connection);
}

/** A client that has got the number of `closed`, which this closes. */
async function successor(
  setting: Setting,
  closed: Connection,
): Promise<{ client: Deno.TcpConn; connection: Connection }> {
  const { descriptor } = asLibcPollable(closed);
  const client = await setting.connect();
  await selected(setting, [setting.listener]);
  closed.close();
  // The system gives the lowest number that is free, and nothing else runs meanwhile.
  const connection = setting.listener.tryAccept();
  assert(connection !== null);
  assertEquals(asLibcPollable(connection).descriptor, descriptor);
  return { client, connection };
}

testScripted("a closed connection makes no call, whatever it is asked", async (setting, script) => {
  const { connection } = await endedPair(setting);
  connection.close();
  assertEquals(script.asked("close"), 1);
  const before = script.madeByAll;
  await useClosed(setting, connection);
  assertEquals(script.madeByAll, before);
  assertEquals(setting.notes.lines, ["accepted 1", "closed 1"]);
}, { waits: true });

testScripted(
  "one that still waits for its client's end refuses as well",
  async (setting, script) => {
    const { client, connection } = await setting.pair();
    setting.listener.tryAccept(); // a loop's listener, so that nobody waits in close()
    connection.close();
    assertEquals(asLibcPollable(connection).descriptor, -1);
    const before = script.madeByAll;
    for (const attempt of [() => connection.tryRecv(1), () => connection.trySend(encode("a"))]) {
      assertThrows(attempt, Error, "closed");
    }
    connection.close();
    await setting.sockets.readable(connection);
    connection.finish();
    assertEquals(script.madeByAll, before);
    client.close();
    await setting.sockets.allClosed();
    assertEquals(script.asked("close"), 1);
  },
  { waits: true },
);

testScripted(
  "who has the number now is not touched through the old object",
  async (setting, script) => {
    const old = await endedPair(setting);
    const { client, connection } = await successor(setting, old.connection);
    const before = script.madeByAll;
    await useClosed(setting, old.connection);
    assertEquals(script.madeByAll, before);
    await writeAll(client, encode("hello"));
    assertEquals(await nextText(setting, connection), "hello");
    assertEquals(connection.trySend(encode("answer")), 6);
    assertEquals(decode(await readExactly(client, 6)), "answer");
    assertEquals(setting.notes.lines.filter((line) => line.startsWith("closed")), ["closed 1"]);
  },
  { waits: true },
);

testScripted(
  "a socket that outlives its number reports nothing to the next owner",
  async (setting, script) => {
    const old = await setting.pair();
    const epoll = setting.sockets.epoll();
    epoll.add(old.connection, EPOLLIN | EPOLLOUT);
    // As a child process would keep it that inherited it: closed here, it stays in the system's list.
    const copy = script.calls.fcntl(asLibcPollable(old.connection).descriptor, F_DUPFD, 0);
    assert(copy >= 0);
    try {
      await old.client.closeWrite();
      assertEquals(await nextText(setting, old.connection), "");
      const { client, connection } = await successor(setting, old.connection);
      epoll.add(connection, EPOLLIN | EPOLLET);
      assertEquals(await epoll.wait(0), []);
      // All that the system told was about the old one.
      assertEquals(setting.notes.wakeUps.at(-1), [1, 0]);
      await writeAll(client, encode("hello"));
      assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
    } finally {
      script.calls.close(copy);
    }
  },
);

for (const mode of [0, EPOLLET]) {
  testScripted(
    `what still comes to a closed connection is not reported, ${mode ? "edge" : "level"}-triggered`,
    async (setting, script) => {
      const { client, connection } = await setting.pair();
      const epoll = setting.sockets.epoll();
      epoll.add(connection, EPOLLIN | mode);
      connection.close();
      // After the last look at closed connections, and before the system is asked.
      const arrival = { written: undefined as Promise<number> | undefined };
      script.beforeEpollWait = () => arrival.written ??= client.write(encode("late"));
      for (let wait = 0; wait < 10; wait++) assertEquals(await epoll.wait(0), []);
      assertEquals(await arrival.written, 4);
      client.close();
      await setting.sockets.allClosed();
    },
  );
}

// With its stream ended a socket counts as writable, whatever its client does, tcp(7).
testScripted(
  "a closed connection does not wake up a wait all the time",
  async (setting, script) => {
    const { connection } = await setting.pair();
    assertEquals(setting.listener.tryAccept(), null);
    const epoll = setting.sockets.epoll();
    epoll.add(connection, EPOLLOUT);
    connection.close();
    while (setting.sockets.connections.size > 0) assertEquals(await epoll.wait(2_000), []);
    // The client is silent for the second that it has, and is looked at every 5 ms.
    assertLess(script.asked("epoll_wait"), 500);
  },
  { waits: true },
);

testScripted(
  "an error while the client's end is waited for is its end",
  async (setting, script) => {
    const { client, connection } = await setting.pair();
    connection.close();
    assertEquals(setting.sockets.connections.size, 1);
    await writeAll(client, encode("late"));
    script.script("recv", -ERRNO.EINTR, -ERRNO.ECONNRESET);
    setting.sockets.pause(0);
    assertEquals(setting.sockets.connections.size, 0);
    assertEquals(script.asked("close"), 1);
  },
);

testScripted(
  "a number is given back though close() fails, and only once",
  async (setting, script) => {
    const { connection } = await endedPair(setting);
    const { descriptor } = asLibcPollable(connection);
    script.script("close", -ERRNO.EINTR);
    connection.close();
    connection.close();
    assertEquals(script.asked("close"), 1);
    assertEquals(setting.sockets.connections.size, 0);
    script.calls.close(descriptor); // which the script kept from happening
  },
);

testScripted("a server of one client at a time waits in close(), for a second", async (setting) => {
  const silent = await setting.pair();
  const startedMs = performance.now();
  silent.connection.close();
  const tookMs = performance.now() - startedMs;
  assertGreaterOrEqual(tookMs, 990);
  assertEquals(setting.sockets.connections.size, 0);
  assertEquals(await silent.client.read(new Uint8Array(1)), null);

  const leaving = await setting.pair();
  await writeAll(leaving.client, encode("never read"));
  leaving.client.close();
  const laterMs = performance.now();
  leaving.connection.close();
  assertLess(performance.now() - laterMs, 900);
  assertEquals(setting.sockets.connections.size, 0);
}, { waits: true });

testScripted(
  "a connection that waits for its client's end does not stop a wait",
  async (setting) => {
    const { client, connection } = await setting.pair();
    assertEquals(setting.listener.tryAccept(), null);
    connection.close();
    client.close();
    const other = await setting.connect();
    const { readable } = await setting.sockets.select([setting.listener], [], Infinity);
    assertEquals(readable, [setting.listener]);
    assertEquals(setting.listener.tryAccept()?.peer.port, other.localAddr.port);
    assertEquals(setting.sockets.connections.size, 1);
  },
  { waits: true },
);
