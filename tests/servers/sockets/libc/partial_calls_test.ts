/**
 * Calls of the system that do a part of their work, or are interrupted, by a script.
 *
 * @module
 */

import { EPOLLET, EPOLLIN, EPOLLOUT, WOULD_BLOCK } from "../../../../servers/sockets/interface.ts";
import { ERRNO } from "../../../../servers/system/system_interface.ts";
import { assertEquals } from "../../../harness/assert.ts";
import { assertSameBytes, encode, randomBytes } from "../../../harness/bytes.ts";
import { readExactly, writeAll } from "../../../harness/clients.ts";
import "../../../harness/sanitizers.ts";
import { testScripted } from "../../../harness/scripted_calls.ts";
import { nextBytes, reports, sendAll } from "../../../harness/sockets.ts";

testScripted("every byte is moved in order, one at a time", async (setting, script) => {
  const { client, connection } = await setting.pair();
  const bytes = randomBytes(1_000);
  script.maxBytes = 1;
  await connection.send(bytes);
  assertEquals(script.asked("send"), 1_000);
  assertSameBytes(await readExactly(client, 1_000), bytes);
  script.script("send", -ERRNO.EAGAIN, -ERRNO.EINTR);
  assertEquals(connection.trySend(bytes), WOULD_BLOCK);
  assertEquals(connection.trySend(bytes), 1);
  await sendAll(setting, connection, bytes.subarray(1));
  assertSameBytes(await readExactly(client, 1_000), bytes);
  await writeAll(client, bytes);
  script.script("recv", -ERRNO.EAGAIN, -ERRNO.EINTR);
  const received: number[] = [];
  while (received.length < 1_000) received.push(...await nextBytes(setting, connection, 70));
  assertSameBytes(Uint8Array.from(received), bytes);
});

testScripted(
  "EAGAIN in the middle of send(): nothing is lost or sent twice",
  async (setting, script) => {
    const { client, connection } = await setting.pair();
    const bytes = randomBytes(1_000);
    const before = connection.activity;
    script.maxBytes = 100;
    script.script("send", -ERRNO.EAGAIN, -ERRNO.EINTR, -ERRNO.EAGAIN);
    await connection.send(bytes);
    assertSameBytes(await readExactly(client, 1_000), bytes);
    assertEquals(connection.activity - before, 10);
  },
);

testScripted("an edge is not lost with a recv that is interrupted", async (setting, script) => {
  const { client, connection } = await setting.pair();
  const epoll = setting.sockets.epoll();
  epoll.add(connection, EPOLLIN | EPOLLET);
  await writeAll(client, encode("hello"));
  script.script("epoll_wait", -ERRNO.EINTR);
  assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
  script.script("recv", -ERRNO.EINTR);
  assertEquals(connection.tryRecv(10), encode("hello"));
});

testScripted("an edge that is not readable needs no recv to tell", async (setting, script) => {
  const { client, connection } = await setting.pair();
  const epoll = setting.sockets.epoll();
  epoll.add(connection, EPOLLIN | EPOLLOUT | EPOLLET);
  assertEquals(await reports(epoll), [[connection, EPOLLOUT]]);
  assertEquals(connection.tryRecv(10), WOULD_BLOCK);
  assertEquals(script.asked("recv"), 0);
  await writeAll(client, encode("hello"));
  assertEquals(await reports(epoll), [[connection, EPOLLIN | EPOLLOUT]]);
  assertEquals(connection.tryRecv(10), encode("hello"));
});

testScripted(
  "one that is watched for sending alone may have bytes all the same",
  async (setting) => {
    const { client, connection } = await setting.pair();
    const epoll = setting.sockets.epoll();
    await writeAll(client, encode("hello"));
    epoll.add(connection, EPOLLOUT | EPOLLET);
    assertEquals(await reports(epoll), [[connection, EPOLLOUT]]);
    assertEquals(await nextBytes(setting, connection, 10), encode("hello"));
  },
);
