import {
  ConnectionReset,
  EPOLLERR,
  EPOLLET,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  WOULD_BLOCK,
} from "../../../servers/sockets/interface.ts";
import { assertEquals, assertThrows } from "../../harness/assert.ts";
import { encode } from "../../harness/bytes.ts";
import { canReset, writeAll } from "../../harness/clients.ts";
import "../../harness/sanitizers.ts";
import { reports, testEachKind } from "../../harness/sockets.ts";

const NOTHING = new Uint8Array(0);

// That a socket is not reported shows in another one's report: it comes later, and comes alone.
for (
  const [trigger, mode] of [["level", EPOLLONESHOT], ["edge", EPOLLONESHOT | EPOLLET]] as const
) {
  testEachKind(`one-shot, ${trigger}-triggered: no second report of new bytes`, async (setting) => {
    const { client, connection } = await setting.pair();
    const { client: otherClient, connection: other } = await setting.pair();
    const epoll = setting.sockets.epoll();
    epoll.add(connection, EPOLLIN | mode);
    epoll.add(other, EPOLLIN | EPOLLET);
    await writeAll(client, encode("one"));
    assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
    assertEquals(connection.tryRecv(10), encode("one"));
    assertEquals(connection.tryRecv(10), WOULD_BLOCK);
    await writeAll(client, encode("two"));
    for (let round = 0; round < 3; round++) {
      await writeAll(otherClient, encode("other"));
      assertEquals(await reports(epoll), [[other, EPOLLIN]]);
    }
    epoll.modify(connection, EPOLLIN | mode);
    assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
    assertEquals(connection.tryRecv(10), encode("two"));
  });

  testEachKind(
    `one-shot, ${trigger}-triggered: what was left unread is reported when asked`,
    async (setting) => {
      const { client, connection } = await setting.pair();
      const { client: otherClient, connection: other } = await setting.pair();
      const epoll = setting.sockets.epoll();
      epoll.add(connection, EPOLLIN | mode);
      epoll.add(other, EPOLLIN | EPOLLET);
      await writeAll(client, encode("hello"));
      assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
      assertEquals(connection.tryRecv(2), encode("he"));
      await writeAll(otherClient, encode("other"));
      assertEquals(await reports(epoll), [[other, EPOLLIN]]);
      epoll.modify(connection, EPOLLIN | mode);
      assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
      assertEquals(connection.tryRecv(10), encode("llo"));
    },
  );

  testEachKind(
    `one-shot, ${trigger}-triggered: who was drained is not reported before more comes`,
    async (setting) => {
      const { client, connection } = await setting.pair();
      const { client: otherClient, connection: other } = await setting.pair();
      const epoll = setting.sockets.epoll();
      epoll.add(connection, EPOLLIN | mode);
      epoll.add(other, EPOLLIN | EPOLLET);
      for (const word of ["one", "two", "three"]) {
        await writeAll(client, encode(word));
        assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
        assertEquals(connection.tryRecv(10), encode(word));
        epoll.modify(connection, EPOLLIN | mode);
        await writeAll(otherClient, encode("other"));
        assertEquals(await reports(epoll), [[other, EPOLLIN]]);
      }
    },
  );

  testEachKind(
    `one-shot, ${trigger}-triggered: one direction after the other`,
    async (setting) => {
      const { client, connection } = await setting.pair();
      const { connection: other } = await setting.pair();
      const epoll = setting.sockets.epoll();
      epoll.add(connection, EPOLLOUT | mode);
      assertEquals(await reports(epoll), [[connection, EPOLLOUT]]);
      await writeAll(client, encode("hello"));
      epoll.add(other, EPOLLOUT | mode);
      assertEquals(await reports(epoll), [[other, EPOLLOUT]]);
      epoll.modify(connection, EPOLLIN | mode);
      assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
      epoll.modify(connection, EPOLLIN | EPOLLOUT | mode);
      assertEquals(await reports(epoll), [[connection, EPOLLIN | EPOLLOUT]]);
    },
  );

  testEachKind(`one-shot, ${trigger}-triggered: the end of the stream`, async (setting) => {
    const { client, connection } = await setting.pair();
    const epoll = setting.sockets.epoll();
    epoll.add(connection, EPOLLIN | mode);
    await writeAll(client, encode("last"));
    assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
    assertEquals(connection.tryRecv(10), encode("last"));
    await client.closeWrite();
    epoll.modify(connection, EPOLLIN | mode);
    assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
    assertEquals(connection.tryRecv(10), NOTHING);
  });

  testEachKind(
    `one-shot, ${trigger}-triggered: not even a reset is reported twice`,
    async (setting) => {
      const { socket, connection } = await setting.pairThatResets();
      const { connection: other } = await setting.pair();
      const epoll = setting.sockets.epoll();
      epoll.add(connection, EPOLLIN | mode);
      socket.resetAndDestroy();
      assertEquals(await reports(epoll), [[connection, EPOLLIN | EPOLLERR]]);
      epoll.add(other, EPOLLOUT | mode);
      assertEquals(await reports(epoll), [[other, EPOLLOUT]]);
      epoll.modify(connection, EPOLLIN | mode);
      assertEquals(await reports(epoll), [[connection, EPOLLIN | EPOLLERR]]);
      assertThrows(() => connection.tryRecv(10), ConnectionReset);
    },
    { ignore: !canReset },
  );
}
