/**
 * A server on completions of the system's sockets, and its clients: sockets of the same thread that never
 * block.
 *
 * @module
 */

import type { Connection, Listener } from "../../servers/sockets/interface.ts";
import { ACCEPTED, RECEIVED, SENT } from "../../servers/sockets/completions.ts";
import { LibcCompletionQueue } from "../../servers/sockets/libc/completion_queue.ts";
import {
  createDescriptorMemory,
  DescriptorTable,
} from "../../servers/sockets/libc/descriptor_table.ts";
import { ipv4SocketAddress } from "../../servers/sockets/libc/socket_address.ts";
import { LibcSockets } from "../../servers/sockets/libc/sockets.ts";
import { type Observer, UNOBSERVED } from "../../servers/sockets/observer.ts";
import { wake } from "../../servers/system/eventfd.ts";
import {
  AF_INET,
  hasSystemCalls,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SOCK_STREAM,
  SOL_SOCKET,
  systemCalls,
} from "../../servers/system/system_calls.ts";
import { assert, assertEquals, assertLess } from "./assert.ts";
import { concat } from "./bytes.ts";
import "./sanitizers.ts";
import { test } from "./test.ts";

const ignore = !hasSystemCalls();
/** The calls of this thread, with which a test is its clients. */
export const calls = hasSystemCalls() ? systemCalls() : undefined!;

export const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const DESCRIPTORS = 65_536;
export const MEGABYTE = 1_048_576;
/** How many waits that find nothing are enough for anything that would come to have come. */
const QUIET_WAITS = 5;
export const QUIET_MS = 10;
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
export class Setting {
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

/** The descriptor of a connection. */
export function descriptorOf(connection: Connection): number {
  return Number(Reflect.get(connection, "descriptor"));
}

/** A test of a server on completions, which has to close all that was opened. */
export function testQueue(
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
export function offer(client: number, bytes: Uint8Array): number {
  return Math.max(0, calls.send(client, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL));
}

/** What has come for a client. */
export function take(client: number, sizeBytes = MEGABYTE): Uint8Array {
  const buffer = new Uint8Array(sizeBytes);
  return buffer.subarray(0, Math.max(0, calls.recv(client, buffer, sizeBytes, MSG_DONTWAIT)));
}

/**
 * Counts what a busy machine only adds to: this thread waits for its turn, or what was sent comes later.
 *
 * @param few a count below this is what a test has come for
 */
export function leastOfTries(few: number, count: () => number): number {
  let least = Infinity;
  for (let tries = 0; tries < 5 && least >= few; tries++) least = Math.min(least, count());
  return least;
}
