/**
 * How much one connection may move before all others have had their turn.
 *
 * @module
 */

import {
  EPOLLET,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  WOULD_BLOCK,
} from "../../../servers/sockets/interface.ts";
import type { Connection } from "../../../servers/sockets/interface.ts";
import { assertEquals, assertLess, assertLessOrEqual } from "../../harness/assert.ts";
import { writeAll } from "../../harness/clients.ts";
import "../../harness/sanitizers.ts";
import { nextBytes, reports, selected, type Setting, testEachKind } from "../../harness/sockets.ts";

/** More calls than a turn has, of fewer bytes than the system would hold for a client. */
const CALLS = 100_000;
const RECV_SIZE_BYTES = 16_384;
const PART = new Uint8Array(1);
/** If a report does not come, it never does; the time limit only makes the failure quick. */
const PATIENCE_MS = 5_000;

/** Sends small parts until it would block. @returns how many */
function sendParts(connection: Connection): number {
  for (let calls = 0; calls < CALLS; calls++) {
    if (connection.trySend(PART) === WOULD_BLOCK) return calls;
  }
  return CALLS;
}

/** Receives small parts until it would block. @returns how many */
function receiveParts(connection: Connection): number {
  for (let calls = 0; calls < CALLS; calls++) {
    if (connection.tryRecv(1) === WOULD_BLOCK) return calls;
  }
  return CALLS;
}

testEachKind("a connection does not send without end in one turn", async (setting) => {
  const { connection } = await setting.pair();
  for (let turn = 0; turn < 2; turn++) {
    assertLess(sendParts(connection), CALLS);
    assertEquals((await selected(setting, [], [connection])).writable, [connection]);
  }
});

testEachKind("a connection does not receive without end in one turn", async (setting) => {
  const connection = await connectionWithBytes(setting);
  for (let turn = 0; turn < 2; turn++) {
    assertLess(receiveParts(connection), CALLS);
    assertEquals((await selected(setting, [connection])).readable, [connection]);
  }
}, { recvSizeBytes: RECV_SIZE_BYTES });

testEachKind("pause() begins a new turn", async (setting) => {
  const connection = await connectionWithBytes(setting);
  assertLess(receiveParts(connection), CALLS);
  // Who asks in vain asks again after each pause, and goes on in the end.
  do await setting.sockets.pause(0); while (receiveParts(connection) === 0);
}, { recvSizeBytes: RECV_SIZE_BYTES });

testEachKind("a large buffer is not sent in one turn", async (setting) => {
  const { client, connection } = await setting.pair();
  const reading = client.readable.pipeTo(new WritableStream());
  const count = connection.trySend(new Uint8Array(10_000_000));
  assertLessOrEqual(count, 1_048_576);
  connection.close();
  await reading;
});

for (const [name, mode] of [["edge-triggered", EPOLLET], ["level-triggered", 0]] as const) {
  testEachKind(`${name}, who had to stop sending is reported again`, async (setting) => {
    const { connection } = await setting.pair();
    const epoll = setting.sockets.epoll();
    epoll.add(connection, EPOLLOUT | mode);
    for (let turn = 0; turn < 3; turn++) {
      assertEquals(await reports(epoll, PATIENCE_MS), [[connection, EPOLLOUT]]);
      assertLess(sendParts(connection), CALLS);
    }
  });

  testEachKind(`${name}, who had to stop receiving is reported again`, async (setting) => {
    const connection = await connectionWithBytes(setting);
    const epoll = setting.sockets.epoll();
    epoll.add(connection, EPOLLIN | mode);
    for (let turn = 0; turn < 3; turn++) {
      assertEquals(await reports(epoll, PATIENCE_MS), [[connection, EPOLLIN]]);
      assertLess(receiveParts(connection), CALLS);
    }
  }, { recvSizeBytes: RECV_SIZE_BYTES });

  testEachKind(`${name}, the rest of a large buffer is sent in further turns`, async (setting) => {
    const { client, connection } = await setting.pair();
    const reading = client.readable.pipeTo(new WritableStream());
    const epoll = setting.sockets.epoll();
    epoll.add(connection, EPOLLOUT | mode);
    for (let unsent = new Uint8Array(3_000_000); unsent.length > 0;) {
      assertEquals(await reports(epoll, PATIENCE_MS), [[connection, EPOLLOUT]]);
      unsent = unsent.subarray(Math.max(0, connection.trySend(unsent)));
    }
    connection.close();
    await reading;
  });
}

testEachKind(
  "one-shot, who had to stop is not reported before it is asked for",
  async (setting) => {
    const { connection } = await setting.pair();
    const { client: otherClient, connection: other } = await setting.pair();
    const epoll = setting.sockets.epoll();
    epoll.add(connection, EPOLLOUT | EPOLLET | EPOLLONESHOT);
    epoll.add(other, EPOLLIN | EPOLLET);
    assertEquals(await reports(epoll, PATIENCE_MS), [[connection, EPOLLOUT]]);
    assertLess(sendParts(connection), CALLS);
    await writeAll(otherClient, PART);
    assertEquals(await reports(epoll, PATIENCE_MS), [[other, EPOLLIN]]);
    epoll.modify(connection, EPOLLOUT | EPOLLET | EPOLLONESHOT);
    assertEquals(await reports(epoll, PATIENCE_MS), [[connection, EPOLLOUT]]);
  },
);

/** A connection that has received more than it may take in a turn. */
async function connectionWithBytes(setting: Setting): Promise<Connection> {
  const { client, connection } = await setting.pair();
  await writeAll(client, new Uint8Array(CALLS + 1));
  await nextBytes(setting, connection, 1);
  return connection;
}
