import { ConnectionReset, EPOLLET, EPOLLIN } from "../../../servers/sockets/interface.ts";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "../../harness/assert.ts";
import { assertSameBytes, decode, encode, randomBytes } from "../../harness/bytes.ts";
import { readToEnd, writeAll } from "../../harness/clients.ts";
import "../../harness/sanitizers.ts";
import {
  nextText,
  reports,
  selected,
  sendAll,
  sendUntilStuck,
  testEachKind,
} from "../../harness/sockets.ts";

const NOTHING = new Uint8Array(0);

testEachKind("finish() lets tryRecv() give what has come, and then the end", async (setting) => {
  const { client, connection } = await setting.pair();
  await writeAll(client, encode("hello"));
  await selected(setting, [connection]);
  connection.finish();
  assertEquals(await nextText(setting, connection), "hello");
  assertEquals((await selected(setting, [connection])).readable, [connection]);
  assertEquals(connection.tryRecv(10), NOTHING);
  assertEquals(connection.trySend(encode("still owed")), 10);
  connection.close();
  assertEquals(decode(await readToEnd(client)), "still owed");
});

testEachKind(
  "finish() wakes up whoever waits in select(), epoll or readable()",
  async (setting) => {
    const one = (await setting.pair()).connection;
    const selecting = selected(setting, [one]);
    one.finish();
    assertEquals((await selecting).readable, [one]);

    const other = (await setting.pair()).connection;
    const epoll = setting.sockets.epoll();
    epoll.add(other, EPOLLIN | EPOLLET);
    const polling = reports(epoll);
    other.finish();
    assertEquals(await polling, [[other, EPOLLIN]]);

    const third = (await setting.pair()).connection;
    const waiting = setting.sockets.readable(third);
    third.finish();
    await waiting;
    assertEquals(third.tryRecv(1), NOTHING);
  },
);

testEachKind(
  "abort() ends a connection whose client does not read, and wakes up whoever waits",
  async (setting) => {
    const { connection } = await setting.pair();
    await sendUntilStuck(setting, connection);
    const selecting = selected(setting, [connection]);
    connection.abort();
    assertEquals((await selecting).readable, [connection]);
    assertThrows(() => connection.tryRecv(1), ConnectionReset);
    assertThrows(() => connection.trySend(new Uint8Array(1)), ConnectionReset);
    connection.close();
    assertEquals(setting.sockets.connections.size, 0);
  },
);

testEachKind(
  "close() delivers all that was sent while the client goes on sending",
  async (setting) => {
    const { client, connection } = await setting.pair();
    const bytes = randomBytes(1_000_000);
    let served = false;
    const sending = (async () => {
      while (!served) await client.write(new Uint8Array(1_000));
    })().catch((error) => {
      // On a busy machine it may outlast the patience of close(). What counts is what has arrived.
      assertInstanceOf(error, Deno.errors.BrokenPipe);
    });
    await selected(setting, [connection]); // there is something that will never be read
    const receiving = readToEnd(client);
    await sendAll(setting, connection, bytes);
    connection.close();
    // What comes now is thrown away by whoever looks after closed connections.
    const closing = setting.sockets.allClosed();
    const received = await receiving;
    served = true;
    await sending;
    client.close();
    await closing;
    assertSameBytes(received, bytes);
  },
);

testEachKind("close() delivers all that was sent to a client that reads late", async (setting) => {
  const { client, connection } = await setting.pair();
  const sent = await sendUntilStuck(setting, connection);
  connection.close();
  assertEquals((await readToEnd(client)).length, sent);
});

testEachKind("close() twice is harmless, and is told once", async (setting) => {
  const { client, connection } = await setting.pair();
  connection.trySend(encode("bye"));
  connection.close();
  connection.close();
  assertEquals(decode(await readToEnd(client)), "bye");
  connection.close();
  client.close();
  await setting.sockets.allClosed();
  connection.close();
  assertEquals(setting.notes.lines, ["accepted 1", "sent 1 3", "closed 1"]);
});

testEachKind("allClosed() waits for the last connection", async (setting) => {
  const pairs = [await setting.pair(), await setting.pair()];
  let done = false;
  const closing = setting.sockets.allClosed().then(() => done = true);
  for (const { client, connection } of pairs) {
    await setting.sockets.pause(1);
    assert(!done);
    client.close();
    connection.close();
  }
  await closing;
  assertEquals(setting.sockets.connections.size, 0);
});
