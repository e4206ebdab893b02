/**
 * Completions on the system's sockets: what is done when, and what is kept, paused and taken up again.
 *
 * @module
 */

import { WOULD_BLOCK } from "../../../../servers/sockets/interface.ts";
import { RECEIVED, SENT } from "../../../../servers/sockets/completions.ts";
import { SOL_SOCKET } from "../../../../servers/system/system_calls.ts";
import { assertEquals, assertLess } from "../../../harness/assert.ts";
import { assertSameBytes, decode, encode, randomBytes } from "../../../harness/bytes.ts";
import {
  calls,
  descriptorOf,
  leastOfTries,
  MEGABYTE,
  offer,
  QUIET_MS,
  SO_SNDBUF,
  take,
  testQueue,
} from "../../../harness/completions.ts";
import "../../../harness/sanitizers.ts";

testQueue(
  "one request to receive completes again and again, and answers go out from there",
  (setting) => {
    const { client, connection } = setting.pair();
    setting.queue.receive(connection);
    for (const text of ["one", "two", "three"]) {
      offer(client, encode(text));
      assertEquals(setting.next(RECEIVED), connection);
      const chunk = setting.queue.didRecv();
      assertEquals(decode(chunk), text);
      assertEquals(connection.trySend(chunk), text.length);
      assertEquals(decode(setting.allOf(client, text.length)), text);
    }
  },
);

for (
  const [what, socketBufferBytes] of [["all of it", MEGABYTE], ["a part of it", 4_096]] as const
) {
  testQueue(`a buffer may be used again once its send is handed over: ${what}`, (setting) => {
    const { client, connection } = setting.pair(socketBufferBytes);
    const ofSocket = Int32Array.of(socketBufferBytes);
    calls.setsockopt(descriptorOf(connection), SOL_SOCKET, SO_SNDBUF, ofSocket, 4);
    const bytes = randomBytes(setting.recvSizeBytes);
    const sizeBytes = offer(client, bytes);
    setting.queue.receive(connection);
    setting.next(RECEIVED);
    const chunk = setting.queue.didRecv();
    assertEquals(connection.trySend(chunk), sizeBytes);
    setting.turn();
    chunk.fill(0); // as the system does when it receives into it
    assertSameBytes(setting.allOf(client, sizeBytes), bytes.subarray(0, sizeBytes));
  }, 65_536);
}

testQueue(
  "while one send is not done, the next would block, and is told when it would not",
  (setting) => {
    const { client, connection } = setting.pair();
    assertEquals(connection.trySend(encode("first")), 5);
    assertEquals(connection.trySend(encode("second")), WOULD_BLOCK);
    assertEquals(setting.next(SENT), connection);
    assertEquals(connection.trySend(encode("second")), 6);
    assertEquals(setting.settle(), []); // nothing was refused since
    assertEquals(decode(setting.allOf(client, 11)), "firstsecond");
  },
);

testQueue("of more than is taken at once, it is told when to send the rest", (setting) => {
  const { client, connection } = setting.pair();
  const bytes = randomBytes(3 * MEGABYTE);
  const received: Uint8Array[] = [];
  for (let sent = 0; (sent += connection.trySend(bytes.subarray(sent))) < bytes.length;) {
    setting.next(SENT, () => received.push(take(client)));
  }
  assertSameBytes(setting.allOf(client, bytes.length, received), bytes);
});

testQueue(
  "a part that was sent counts once when a turn has more requests than a call takes",
  (setting) => {
    const { client, connection } = setting.pair(4_096);
    const others = [setting.pair(), setting.pair()];
    const bytes = randomBytes(MEGABYTE);
    calls.setsockopt(descriptorOf(connection), SOL_SOCKET, SO_SNDBUF, Int32Array.of(65_536), 4);
    assertEquals(connection.trySend(bytes), bytes.length);
    for (const other of others) other.connection.trySend(encode("hello")); // for which a call is made
    assertEquals(setting.queue.next(), false); // the result of the first has been taken
    setting.turn();
    assertEquals(connection.trySend(encode("after")), WOULD_BLOCK);
    assertSameBytes(setting.allOf(client, bytes.length), bytes);
  },
  16_384,
  2,
);

testQueue(
  "what a paused client sends is soon not received, and nothing of it is lost",
  (setting) => {
    const { client, connection } = setting.pair();
    const bytes = randomBytes(8 * MEGABYTE);
    setting.queue.receive(connection);
    setting.queue.pause(connection);
    let sent = 0;
    // A little in each turn, so that it is not the buffers that end it.
    for (
      let more;
      (more = offer(client, bytes.subarray(sent, sent + 65_536))) > 0;
      setting.turn()
    ) {
      sent += more;
    }
    assertLess(setting.seen.received, MEGABYTE);
    const received = new Uint8Array(sent);
    setting.queue.receive(connection);
    for (let at = 0; at < sent;) {
      setting.next(RECEIVED);
      const chunk = setting.queue.didRecv();
      received.set(chunk, at);
      at += chunk.length;
    }
    assertSameBytes(received, bytes.subarray(0, sent));
  },
);

testQueue("what was kept is answered without a wait for anything else", (setting) => {
  const CHUNKS = 64;
  const { client, connection } = setting.pair();
  const bytes = randomBytes(CHUNKS * setting.recvSizeBytes);
  setting.queue.receive(connection);
  setting.settle();
  const countSlowWaits = () => {
    assertEquals(offer(client, bytes), bytes.length);
    let slowWaits = 0;
    for (let left = bytes.length; left > 0;) {
      const beganMs = performance.now();
      setting.next(RECEIVED);
      if (performance.now() - beganMs >= QUIET_MS) slowWaits++; // until the time was over
      left -= connection.trySend(setting.queue.didRecv());
    }
    assertSameBytes(setting.allOf(client, bytes.length), bytes);
    return slowWaits;
  };
  assertLess(leastOfTries(CHUNKS / 4, countSlowWaits), CHUNKS / 4);
}, 1_024);
