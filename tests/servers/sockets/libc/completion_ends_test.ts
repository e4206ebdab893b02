/**
 * Completions on the system's sockets: how connections end, what is owed to their clients then, and what all
 * of it takes of the system.
 *
 * @module
 */

import { CLIENT_TAKES, ConnectionReset } from "../../../../servers/sockets/interface.ts";
import { RECEIVED } from "../../../../servers/sockets/completions.ts";
import { resetWhenClosed } from "../../../../servers/sockets/libc/connection.ts";
import { MSG_DONTWAIT, SHUT_WR } from "../../../../servers/system/system_calls.ts";
import { assertEquals, assertLess, assertThrows } from "../../../harness/assert.ts";
import { decode, encode } from "../../../harness/bytes.ts";
import { calls, leastOfTries, MEGABYTE, offer, testQueue } from "../../../harness/completions.ts";
import "../../../harness/sanitizers.ts";

testQueue("the end of a paused client's stream comes after what it has sent", (setting) => {
  const { client, connection } = setting.pair();
  setting.queue.receive(connection);
  setting.queue.pause(connection);
  offer(client, encode("last"));
  setting.settle();
  calls.shutdown(client, SHUT_WR);
  assertEquals(setting.settle(), []);
  setting.queue.receive(connection);
  setting.next(RECEIVED);
  assertEquals(decode(setting.queue.didRecv()), "last");
  setting.next(RECEIVED);
  assertEquals(setting.queue.didRecv().length, 0);
});

testQueue(
  "clients that take nothing hold no buffer that others need",
  (setting) => {
    const CLIENTS = 70; // there are 64 buffers of a megabyte
    for (let i = 0; i < CLIENTS; i++) {
      const { client, connection } = setting.pair(4_096);
      setting.queue.receive(connection);
      while (connection.trySend(new Uint8Array(1_000_000)) > 0) setting.turn();
      offer(client, encode("more"));
    }
    setting.until(() => setting.seen.received === CLIENTS * 4);
    assertEquals(setting.seen.blocked.size, CLIENTS);
    const { client, connection } = setting.pair();
    setting.queue.receive(connection);
    offer(client, encode("hello"));
    setting.next(RECEIVED);
    assertEquals(decode(setting.queue.didRecv()), "hello");
  },
  MEGABYTE,
);

testQueue("a client that sends on and takes nothing is the one that is waited for", (setting) => {
  const { client, connection } = setting.pair(4_096);
  setting.queue.receive(connection);
  while (connection.trySend(new Uint8Array(1_000_000)) > 0) setting.turn();
  offer(client, encode("more"));
  setting.until(() => setting.seen.received === 4);
  assertEquals(connection.turn, CLIENT_TAKES);
});

testQueue(
  "more clients than buffers at once: all are received from in the end",
  (setting) => {
    const CLIENTS = 100;
    const pairs = Array.from({ length: CLIENTS }, () => setting.pair());
    for (const { connection } of pairs) setting.queue.receive(connection);
    setting.settle();
    for (const { client } of pairs) offer(client, encode("hello"));
    for (let i = 0; i < CLIENTS; i++) {
      const connection = setting.next(RECEIVED);
      assertEquals(connection.trySend(setting.queue.didRecv()), 5);
    }
    for (const { client } of pairs) assertEquals(decode(setting.allOf(client, 5)), "hello");
  },
  MEGABYTE,
);

testQueue("a connection closes while a request to receive is under way", (setting) => {
  const { client, connection } = setting.pair();
  setting.queue.receive(connection);
  setting.settle();
  assertEquals(connection.trySend(encode("bye")), 3);
  connection.close();
  assertEquals(setting.settle(), []);
  assertEquals(decode(setting.allOf(client, 3)), "bye");
  // The end of the stream: an error says that there is nothing yet.
  setting.until(() => calls.recv(client, new Uint8Array(1), 1, MSG_DONTWAIT) === 0);
  calls.shutdown(client, SHUT_WR);
  setting.until(() => setting.sockets.connections.size === 0);
});

testQueue("a reset is reported once, and ends the connection", (setting) => {
  const { client, connection } = setting.pair();
  setting.queue.receive(connection);
  setting.settle();
  resetWhenClosed(calls, client);
  calls.close(setting.clients.pop()!);
  assertEquals(setting.next(RECEIVED), connection);
  assertThrows(() => setting.queue.didRecv(), ConnectionReset);
  assertThrows(() => connection.trySend(encode("too late")), ConnectionReset);
  connection.close();
  assertEquals(setting.settle(), []);
  assertEquals([setting.seen.resets, setting.sockets.connections.size], [1, 0]);
});

testQueue("told to end, a client gets what is owed for all that had arrived", (setting) => {
  const { client, connection } = setting.pair();
  setting.queue.receive(connection);
  setting.settle();
  offer(client, encode("in time"));
  setting.end(connection, true);
  setting.next(RECEIVED);
  assertEquals(decode(setting.queue.didRecv()), "in time");
  assertEquals(connection.trySend(setting.queue.didRecv()), 7);
  setting.next(RECEIVED);
  assertEquals(setting.queue.didRecv().length, 0);
  connection.close();
  assertEquals(decode(setting.allOf(client, 7)), "in time");
});

testQueue("a client that takes nothing can be cut off", (setting) => {
  const { connection } = setting.pair(4_096);
  setting.queue.receive(connection);
  while (connection.trySend(new Uint8Array(1_000_000)) > 0) setting.turn();
  setting.end(connection, false);
  assertEquals(setting.next(RECEIVED), connection);
  assertThrows(() => setting.queue.didRecv(), ConnectionReset, "closed by the server");
  connection.close();
  setting.until(() => setting.sockets.connections.size === 0);
  assertEquals(setting.seen.resets, 0);
});

testQueue("many messages take few system calls", (setting) => {
  const CLIENTS = 50;
  const pairs = Array.from({ length: CLIENTS }, () => setting.pair());
  for (const { connection } of pairs) setting.queue.receive(connection);
  setting.settle();
  const countCalls = () => {
    const { made: [before] } = setting.sockets.calls;
    for (const { client } of pairs) offer(client, encode("hello"));
    for (let i = 0; i < CLIENTS; i++) setting.next(RECEIVED).trySend(setting.queue.didRecv());
    setting.queue.wait(0);
    const count = setting.sockets.calls.made[0] - before;
    for (const { client } of pairs) assertEquals(decode(setting.allOf(client, 5)), "hello");
    return count;
  };
  assertLess(leastOfTries(5, countCalls), 5);
});
