/**
 * Completions on the system's sockets: what is done when, and what is kept, cancelled and given back. The
 * clients are sockets of the same thread that never block.
 *
 * @module
 */

import type { Connection, Listener } from "../../../../servers/sockets/interface.ts";
import {
  CLIENT_TAKES,
  ConnectionReset,
  WOULD_BLOCK,
} from "../../../../servers/sockets/interface.ts";
import { ACCEPTED, RECEIVED, SENT } from "../../../../servers/sockets/completions.ts";
import { LibcCompletionQueue } from "../../../../servers/sockets/libc/completion_queue.ts";
import {
  createDescriptorMemory,
  DescriptorTable,
} from "../../../../servers/sockets/libc/descriptor_table.ts";
import { ipv4SocketAddress } from "../../../../servers/sockets/libc/socket_address.ts";
import { resetWhenClosed } from "../../../../servers/sockets/libc/socket_options.ts";
import { LibcSockets } from "../../../../servers/sockets/libc/sockets.ts";
import { type Observer, UNOBSERVED } from "../../../../servers/sockets/observer.ts";
import { wake } from "../../../../servers/system/eventfd.ts";
import {
  AF_INET,
  hasSystemCalls,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SHUT_WR,
  SOCK_STREAM,
  SOL_SOCKET,
  systemCalls,
} from "../../../../servers/system/system_calls.ts";
import { assert, assertEquals, assertLess, assertThrows } from "../../../harness/assert.ts";
import { assertSameBytes, concat, decode, encode, randomBytes } from "../../../harness/bytes.ts";
import "../../../harness/sanitizers.ts";
import { test } from "../../../harness/test.ts";

const ignore = !hasSystemCalls();
const calls = hasSystemCalls() ? systemCalls() : undefined!;

const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const DESCRIPTORS = 65_536;
const MEGABYTE = 1_048_576;
/** How many waits that find nothing are enough for anything that would come to have come. */
const QUIET_WAITS = 5;
const QUIET_MS = 10;
/** A wait that finds nothing for so long fails the test. */
const PATIENCE_MS = 10_000;

/** Opened before any test, because a test that opens a library is expected to close it. */
if (!ignore) {
  const sockets = socketsOf(UNOBSERVED, 1_024);
  new LibcCompletionQueue(sockets).close();
  const listener = listenOn(sockets, 1_024);
  sockets.stopListening();
  listener.tryAccept(); // closes it
}

function socketsOf(observer: Observer, recvSizeBytes: number): LibcSockets {
  const table = new DescriptorTable(createDescriptorMemory(DESCRIPTORS));
  return new LibcSockets(observer, table, recvSizeBytes, systemCalls());
}

function listenOn(sockets: LibcSockets, recvSizeBytes: number): Listener {
  return sockets.listen({
    ...{ host: "127.0.0.1", port: 0, backlog: 512, maxClients: Infinity, recvSizeBytes },
    descriptorsBelow: Infinity,
  });
}

/** What a test works with: a server on completions, and clients of it. */
class Setting {
  readonly clients: number[] = [];
  readonly seen = { received: 0, resets: 0, blocked: new Set<number>() };
  readonly sockets: LibcSockets;
  readonly queue: LibcCompletionQueue;
  readonly port: number;

  constructor(readonly recvSizeBytes: number, entries?: number) {
    this.sockets = socketsOf({
      ...UNOBSERVED,
      received: (_, _buffer, count) => this.seen.received += count,
      reset: () => this.seen.resets++,
      blocked: ({ id }) => this.seen.blocked.add(id),
    }, recvSizeBytes);
    const listener = listenOn(this.sockets, recvSizeBytes);
    this.port = listener.address.port;
    this.queue = new LibcCompletionQueue(this.sockets, entries);
    this.queue.accept(listener);
  }

  /** Connects a client, and accepts it. @param receiveBufferBytes of the client's socket */
  pair(receiveBufferBytes?: number): { client: number; connection: Connection } {
    const client = calls.socket(AF_INET, SOCK_STREAM, 0);
    this.clients.push(client);
    if (receiveBufferBytes !== undefined) {
      calls.setsockopt(client, SOL_SOCKET, SO_RCVBUF, Int32Array.of(receiveBufferBytes), 4);
    }
    const { bytes } = ipv4SocketAddress({ host: "127.0.0.1", port: this.port });
    assertEquals(calls.connect(client, bytes, bytes.length), 0);
    this.next(ACCEPTED);
    return { client, connection: this.queue.connection };
  }

  /**
   * Waits for the next completion, which must be this one.
   *
   * @param meanwhile called before each wait
   * @returns its connection
   */
  next(
    operation: typeof ACCEPTED | typeof RECEIVED | typeof SENT,
    meanwhile: () => void = () => {},
  ): Connection {
    const untilMs = performance.now() + PATIENCE_MS;
    while (!this.queue.next()) {
      meanwhile();
      assertLess(performance.now(), untilMs, "nothing is done");
      this.queue.wait(QUIET_MS);
    }
    assertEquals(this.queue.operation, operation);
    return this.queue.connection;
  }

  /** Hands over what was requested. */
  turn(): void {
    this.queue.wait(0);
    while (this.queue.next());
  }

  /** Waits for all that a client is to get. @param received what it has already */
  allOf(client: number, sizeBytes: number, received: Uint8Array[] = []): Uint8Array {
    const untilMs = performance.now() + PATIENCE_MS;
    const sizeOfAll = () => received.reduce((sum, { length }) => sum + length, 0);
    while (sizeOfAll() < sizeBytes) {
      assertLess(performance.now(), untilMs, `${sizeOfAll()} of ${sizeBytes} bytes`);
      received.push(take(client));
      this.turn();
    }
    return concat(received);
  }

  /** Waits for something that is done by and by, whatever is reported meanwhile. */
  until(isSo: () => boolean): void {
    const untilMs = performance.now() + PATIENCE_MS;
    while (!isSo()) {
      assertLess(performance.now(), untilMs, `not yet ${isSo}`);
      this.queue.wait(QUIET_MS);
      while (this.queue.next());
    }
  }

  /** Waits until nothing is done any more. @returns the operations that were done */
  settle(): number[] {
    const done: number[] = [];
    for (let quiet = 0; quiet < QUIET_WAITS; quiet++) {
      this.queue.wait(QUIET_MS);
      for (; this.queue.next(); quiet = 0) done.push(this.queue.operation);
    }
    return done;
  }

  /** Tells a connection to end, as another thread does. */
  end(connection: Connection, owed: boolean): void {
    const { table, waker } = this.sockets;
    assert(table.finish(descriptorOf(connection), () => {}, owed));
    wake(calls, waker);
  }
}

function descriptorOf(connection: Connection): number {
  return Number(Reflect.get(connection, "descriptor"));
}

function testQueue(
  name: string,
  fn: (setting: Setting) => void,
  recvSizeBytes = 16_384,
  entries?: number,
): void {
  test(name, async () => {
    const setting = new Setting(recvSizeBytes, entries);
    try {
      fn(setting);
    } finally {
      for (const client of setting.clients) calls.close(client);
      for (const connection of setting.sockets.connections) connection.close();
      setting.until(() => setting.sockets.connections.size === 0);
      setting.sockets.stopListening();
      setting.until(() => !setting.sockets.serving);
      await setting.sockets.allClosed();
      setting.queue.close();
    }
  }, { ignore });
}

/** Sends as much as the socket takes. @returns how many bytes */
function offer(client: number, bytes: Uint8Array): number {
  return Math.max(0, calls.send(client, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL));
}

/** What has come for a client. */
function take(client: number, sizeBytes = MEGABYTE): Uint8Array {
  const buffer = new Uint8Array(sizeBytes);
  return buffer.subarray(0, Math.max(0, calls.recv(client, buffer, sizeBytes, MSG_DONTWAIT)));
}

/**
 * Counts what a busy machine only adds to: this thread waits for its turn, or what was sent comes later.
 *
 * @param few a count below this is what a test has come for
 */
function leastOfTries(few: number, count: () => number): number {
  let least = Infinity;
  for (let tries = 0; tries < 5 && least >= few; tries++) least = Math.min(least, count());
  return least;
}

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
