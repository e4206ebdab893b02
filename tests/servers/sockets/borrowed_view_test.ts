/**
 * Views that tryRecv() gives: how long they last, and what becomes of them on their way back.
 *
 * @module
 */

import {
  type Connection,
  EPOLLET,
  EPOLLIN,
  EPOLLOUT,
  WOULD_BLOCK,
} from "../../../servers/sockets/interface.ts";
import { assert, assertEquals } from "../../harness/assert.ts";
import { assertSameBytes, concat, decode, encode, randomBytes } from "../../harness/bytes.ts";
import { readExactly, writeAll } from "../../harness/clients.ts";
import "../../harness/sanitizers.ts";
import {
  nextBytes,
  nextText,
  QUIET_MS,
  reports,
  selected,
  sendUntilStuck,
  type Setting,
  testEachKind,
} from "../../harness/sockets.ts";

const NOTHING = new Uint8Array(0);

/** Resolves when all that was sent before has arrived: what is sent later does not arrive earlier. */
async function arrived(): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  using conn = await listener.accept();
  await writeAll(client, encode("now"));
  assertEquals(decode(await readExactly(conn, 3)), "now");
}

for (const [name, sizeBytes] of [["all that has come", 10], ["a part of it", 3]] as const) {
  testEachKind(
    `${name} is a view that lasts until the next call that receives or waits`,
    async (setting) => {
      const { client, connection } = await setting.pair();
      await writeAll(client, encode("early"));
      const view = await nextBytes(setting, connection, sizeBytes);
      await writeAll(client, encode("later"));
      await arrived();
      assertEquals(decode(view), "early".slice(0, sizeBytes));
      let rest = "";
      while (rest.length < 10 - view.length) rest += await nextText(setting, connection);
      assertEquals(rest, "earlylater".slice(view.length));
    },
  );
}

testEachKind("a view outlasts a blocked write that is taken meanwhile", async (setting) => {
  const { client, connection } = await setting.pair();
  await writeAll(client, encode("early"));
  await selected(setting, [connection]);
  const sent = await sendUntilStuck(setting, connection);
  const epoll = setting.sockets.epoll();
  epoll.add(connection, EPOLLIN | EPOLLET);
  assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
  assertEquals(await reports(epoll, 0), []); // from here on, it is waiting for more
  const view = connection.tryRecv(10);
  await writeAll(client, encode("later"));
  await readExactly(client, sent);
  await arrived();
  assertEquals(view, encode("early"));
  assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
  assertEquals(connection.tryRecv(10), encode("later"));
});

testEachKind("what is kept lasts, however much is received after it", async (setting) => {
  const { client, connection } = await setting.pair();
  const bytes = randomBytes(50_000);
  const sending = writeAll(client, bytes).then(() => client.closeWrite());
  const kept: Uint8Array[] = [];
  for (let view; (view = await nextBytes(setting, connection, 1 + kept.length % 70)).length > 0;) {
    kept.push(connection.retain(view));
  }
  await sending;
  assertSameBytes(concat(kept), bytes);
  for (const chunk of kept) connection.release(chunk);
}, { recvSizeBytes: 64 });

testEachKind(
  "what is kept lasts while other chunks are released or never kept",
  async (setting) => {
    const { client, connection } = await setting.pair();
    const bytes = randomBytes(50_000);
    const sending = writeAll(client, bytes).then(() => client.closeWrite());
    const queue: { kept: Uint8Array; from: number }[] = [];
    /** Releases the oldest, until no more than so many are left. */
    const shorten = (max: number) => {
      for (const { kept, from } of queue.splice(0, queue.length - max)) {
        assertSameBytes(kept, bytes.subarray(from, from + kept.length));
        connection.release(kept);
      }
    };
    let received = 0;
    for (let turn = 0;; turn++) {
      const view = await nextBytes(setting, connection, 1 + turn % 23);
      if (view.length === 0) break;
      if (turn % 3 === 0) assertSameBytes(view, bytes.subarray(received, received + view.length));
      else queue.push({ kept: connection.retain(view), from: received });
      received += view.length;
      shorten(turn % 17); // grows by and by, and all of a sudden there is nothing that is kept
    }
    shorten(0);
    await sending;
    assertEquals(received, bytes.length);
  },
  { recvSizeBytes: 64 },
);

/** How a loop waits: until the connection can be received from, or sent to if it is owed something. */
type Wait = (isOwed: boolean) => unknown;

const LOOPS: Readonly<Record<string, (setting: Setting, connection: Connection) => Wait>> = {
  "select()": ({ sockets }, connection) => (isOwed) =>
    sockets.select(isOwed ? [] : [connection], isOwed ? [connection] : [], Infinity),
  "edge-triggered epoll": ({ sockets }, connection) => {
    const epoll = sockets.epoll();
    epoll.add(connection, EPOLLIN | EPOLLOUT | EPOLLET);
    return () => epoll.wait(Infinity);
  },
  "level-triggered epoll": ({ sockets }, connection) => {
    const epoll = sockets.epoll();
    epoll.add(connection, EPOLLIN);
    return (isOwed) => {
      epoll.modify(connection, isOwed ? EPOLLOUT : EPOLLIN);
      return epoll.wait(Infinity);
    };
  },
};

/** Sends the borrowed bytes back until the client's last, as a model does it. */
async function echo(connection: Connection, wait: Wait, sizeBytes: number): Promise<void> {
  let owed: Uint8Array = NOTHING;
  for (;;) {
    const chunk = owed.length > 0 ? owed : connection.tryRecv(sizeBytes);
    if (chunk === WOULD_BLOCK) {
      await wait(false);
      continue;
    }
    if (chunk.length === 0) break;
    const sent = connection.trySend(chunk);
    if (sent === WOULD_BLOCK) {
      owed = chunk.slice();
      await wait(true);
    } else {
      owed = sent < chunk.length ? chunk.slice(sent) : NOTHING;
    }
  }
  connection.close();
}

/** Resolves when nothing has moved on this connection for a while. */
async function standsStill(connection: Connection): Promise<void> {
  for (let before = NaN; before !== connection.activity;) {
    before = connection.activity;
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  }
}

/** Reads to the end, but little at a time, so that the other side has to wait again and again. */
async function readSlowly(client: Deno.TcpConn): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let chunk; (chunk = await readExactly(client, 5_000)).length > 0;) chunks.push(chunk);
  return concat(chunks);
}

const RECV_SIZE_BYTES = 50_000;
// In small pieces, the first is written while the others of the same read wait for it.
const ECHOES = Object.entries(LOOPS).flatMap(([name, waiting]) => [
  { name: `as they come, ${name}`, waiting, sizeBytes: RECV_SIZE_BYTES },
  { name: `in small pieces, ${name}`, waiting, sizeBytes: RECV_SIZE_BYTES / 10 },
]);

for (const { name, waiting, sizeBytes } of ECHOES) {
  testEachKind(
    `borrowed bytes come back unharmed to a client that reads late and slowly: ${name}`,
    async (setting) => {
      const { client, connection } = await setting.pair();
      const bytes = randomBytes(20_000_000); // more than the system keeps on the way
      let isSent = false;
      const sending = (async () => {
        await writeAll(client, bytes);
        isSent = true;
        await client.closeWrite();
      })();
      const echoing = echo(connection, waiting(setting, connection), sizeBytes);
      await standsStill(connection);
      assert(!isSent, "the client does not read, and can send all the same");
      const [echoed] = await Promise.all([readSlowly(client), sending, echoing]);
      assertSameBytes(echoed, bytes);
    },
    { recvSizeBytes: RECV_SIZE_BYTES },
  );
}

testEachKind(
  "select() reports what comes after a blocked write, when that is taken",
  async (setting) => {
    const { client, connection } = await setting.pair();
    const sent = await sendUntilStuck(setting, connection);
    const waiting = selected(setting, [connection]);
    await writeAll(client, encode("hello"));
    await readExactly(client, sent);
    assertEquals((await waiting).readable, [connection]);
    assertEquals(connection.tryRecv(10), encode("hello"));
  },
);

for (const [name, mode] of [["edge", EPOLLET], ["level", 0]] as const) {
  testEachKind(
    `epoll reports what comes after a blocked write, when that is taken, ${name}-triggered`,
    async (setting) => {
      const { client, connection } = await setting.pair();
      const sent = await sendUntilStuck(setting, connection);
      const epoll = setting.sockets.epoll();
      epoll.add(connection, EPOLLIN | mode);
      const waiting = reports(epoll);
      await writeAll(client, encode("hello"));
      await readExactly(client, sent);
      assertEquals(await waiting, [[connection, EPOLLIN]]);
      assertEquals(connection.tryRecv(10), encode("hello"));
    },
  );
}
