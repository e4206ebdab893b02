import { connect as connectSocket, Socket } from "node:net";
import { DenoSockets } from "../servers/sockets/deno.ts";
import {
  type Address,
  type Connection,
  ConnectionReset,
  type Epoll,
  EPOLLERR,
  EPOLLET,
  EPOLLIN,
  EPOLLOUT,
  formatAddress,
  hasDenoOperations,
  type Listener,
  type ListenOptions,
  type Observer,
  type Pollable,
  WOULD_BLOCK,
} from "../servers/sockets/interface.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "./harness/assert.ts";
import { randomBytes, readExactly, readToEnd, writeAll } from "./harness/clients.ts";
import { test } from "./harness/test.ts";

// Deno 2.5 has the sanitizers on by itself, and nothing to turn them on with.
Deno.test.sanitizer?.({ ops: true, resources: true });

/** Deno 2.5 has no way to reset a connection. */
const ignore = !("resetAndDestroy" in Socket.prototype);

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
/** Long enough for anything that would come to have come. */
const QUIET_MS = 100;

/** Keeps what it is told as lines of text. */
class Notes implements Observer {
  readonly lines: string[] = [];
  readonly wakeUps: [scanned: number, ready: number][] = [];
  waiting = () => {};
  accepted = ({ id }: Connection) => this.#note(`accepted ${id}`);
  refused = ({ host }: Address) => this.#note(`refused ${host}`);
  received = ({ id }: Connection, buffer: Uint8Array, count: number) =>
    this.#note(`received ${id} ${decode(buffer.subarray(0, count))}`);
  sent = ({ id }: Connection, count: number) => this.#note(`sent ${id} ${count}`);
  reset = ({ id }: Connection) => this.#note(`reset ${id}`);
  closed = ({ id }: Connection) => this.#note(`closed ${id}`);
  wokeUp = (scanned: number, ready: number) => void this.wakeUps.push([scanned, ready]);
  outOfDescriptors = () => this.#note("out of descriptors");
  acceptFailed = ({ message }: Error) => this.#note(message);

  #note(line: string): void {
    this.lines.push(line);
  }
}

/** Sockets that listen, and their clients. Dispose of it, and nothing is left open. */
class Setting implements AsyncDisposable {
  readonly notes = new Notes();
  readonly sockets = new DenoSockets(this.notes);
  readonly listener: Listener;
  readonly #clients: Deno.TcpConn[] = [];
  readonly #sockets: Socket[] = [];

  constructor(options: Partial<ListenOptions> = {}) {
    this.listener = this.sockets.listen({
      host: "127.0.0.1",
      port: 0,
      backlog: 128,
      maxClients: Infinity,
      recvSizeBytes: 1_024,
      ...options,
    });
  }

  async connect(): Promise<Deno.TcpConn> {
    const { host: hostname, port } = this.listener.address;
    const client = await Deno.connect({ hostname, port });
    this.#clients.push(client);
    return client;
  }

  /** A client, and the connection on which the server has it. */
  async pair(): Promise<{ client: Deno.TcpConn; connection: Connection }> {
    const [client, connection] = await Promise.all([this.connect(), this.listener.accept()]);
    assert(connection !== null);
    return { client, connection };
  }

  /** A connection whose client can end it with `resetAndDestroy()`: Deno's own close says FIN first. */
  async pairThatResets(): Promise<{ socket: Socket; connection: Connection }> {
    const { host, port } = this.listener.address;
    const { promise: connected, resolve } = Promise.withResolvers<void>();
    const socket = connectSocket(port, host, resolve);
    this.#sockets.push(socket);
    const [connection] = await Promise.all([this.listener.accept(), connected]);
    assert(connection !== null);
    return { socket, connection };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) close(client);
    for (const socket of this.#sockets) socket.destroy();
    this.sockets.stopListening();
    for (const connection of [...this.sockets.connections]) this.sockets.abort(connection);
    await this.sockets.allClosed();
  }
}

function close(client: Deno.TcpConn): void {
  try {
    client.close();
  } catch {
    // The test has closed it.
  }
}

/** Makes the system answer with RST what is sent to `client` from now on. */
async function leave(client: Deno.TcpConn, connection: Connection): Promise<void> {
  await connection.send(encode("two bytes"));
  await client.read(new Uint8Array(1)); // the rest lies unread when it closes, tcp(7)
  client.close();
}

/** Waits until `connection` can be received from, and gives what `tryRecv` then gives. */
async function tryRecv({ sockets }: Setting, connection: Connection, sizeBytes = 1_024) {
  const buffer = new Uint8Array(sizeBytes);
  for (let count; (count = connection.tryRecv(buffer)) !== 0;) {
    if (count !== WOULD_BLOCK) return decode(buffer.subarray(0, count));
    await sockets.select([connection], [], [], Infinity);
  }
  return "end of stream";
}

/** The first that can be read or written, however often the wait returns without any. */
async function selected(
  { sockets }: Setting,
  read: Pollable[],
  write: Connection[] = [],
): Promise<{ readable: Pollable[]; writable: Pollable[] }> {
  for (;;) {
    const { readable, writable } = await sockets.select(read, write, [], Infinity);
    if (readable.length + writable.length > 0) return { readable, writable };
  }
}

/** The next reports of `epoll`, however often the wait returns without any. */
async function reports(epoll: Epoll, timeoutMs = Infinity): Promise<[Pollable, number][]> {
  const untilMs = performance.now() + timeoutMs;
  for (let leftMs = timeoutMs; leftMs >= 0; leftMs = untilMs - performance.now()) {
    const events = await epoll.wait(leftMs);
    if (events.length > 0) return events.map(({ target, events }) => [target, events]);
  }
  return [];
}

/** Whether `connection` becomes writable soon. */
async function isWritable(
  { sockets }: Setting,
  connection: Connection,
  timeoutMs = QUIET_MS,
): Promise<boolean> {
  return (await sockets.select([], [connection], [], timeoutMs)).writable.length > 0;
}

/** Sends until nothing moves any more because the client does not read. */
async function sendUntilStuck(
  setting: Setting,
  connection: Connection,
  isWritableAgain = () => isWritable(setting, connection),
): Promise<number> {
  const chunk = new Uint8Array(50_000);
  let sent = 0;
  do {
    let count = connection.trySend(chunk);
    assertNotEquals(count, WOULD_BLOCK, "it is called writable, and takes nothing");
    for (; count !== WOULD_BLOCK; count = connection.trySend(chunk)) sent += count;
  } while (await isWritableAgain());
  return sent;
}

test("accept(), recv() and send() serve a client to its end", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  assertEquals([connection.kind, connection.id], ["connection", 1]);
  const { hostname, port } = client.localAddr;
  assertEquals(connection.peer, { host: hostname, port });

  const buffer = new Uint8Array(1_024);
  await writeAll(client, encode("hello"));
  const count = await connection.recv(buffer);
  await connection.send(buffer.subarray(0, count));
  assertEquals(decode(await readExactly(client, 5)), "hello");
  await client.closeWrite();
  assertEquals(await connection.recv(buffer), 0);
  assertEquals(await connection.recv(buffer), 0);
  connection.close();
  assertEquals((await readToEnd(client)).length, 0);
  client.close();
  await setting.sockets.allClosed();
  assertEquals(setting.notes.lines, ["accepted 1", "received 1 hello", "sent 1 5", "closed 1"]);
});

test("connections are counted and known until their descriptors are given back", async () => {
  await using setting = new Setting();
  const { connections } = setting.sockets;
  const one = await setting.pair();
  const other = await setting.pair();
  assertEquals([one.connection.id, other.connection.id], [1, 2]);
  assertEquals([...connections], [one.connection, other.connection]);
  other.client.close();
  other.connection.close();
  while (connections.size > 1) await setting.sockets.select([], [], [], QUIET_MS);
  assertEquals([...connections], [one.connection]);
});

test("send() waits until all is taken, however much it is", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  const bytes = randomBytes(20_000_000); // more than the system keeps on the way
  const [received] = await Promise.all([
    readExactly(client, bytes.length),
    connection.send(bytes),
  ]);
  assertEquals(received.findIndex((byte, index) => byte !== bytes[index]), -1);
});

test("send() and recv() at the same time do not disturb each other", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  const buffer = new Uint8Array(16);
  const firstCount = connection.recv(buffer);
  const bytes = randomBytes(20_000_000);
  const sending = connection.send(bytes);
  await writeAll(client, encode("one"));
  assertEquals(await firstCount, 3);
  const secondCount = connection.recv(buffer);
  await writeAll(client, encode("four"));
  assertEquals(await secondCount, 4);
  const [received] = await Promise.all([readExactly(client, bytes.length), sending]);
  assertEquals(received.length, bytes.length);
  assertEquals(received.findIndex((byte, index) => byte !== bytes[index]), -1);
  const lines = setting.notes.lines.filter((line) => line.startsWith("received"));
  assertEquals(lines, ["received 1 one", "received 1 four"]);
});

test("tryAccept() answers null until there is a client", async () => {
  await using setting = new Setting();
  assertEquals(setting.listener.tryAccept(), null);
  await setting.connect();
  assertEquals((await selected(setting, [setting.listener])).readable, [setting.listener]);
  assertEquals(setting.listener.tryAccept()?.id, 1);
  assertEquals(setting.listener.tryAccept(), null);
});

test("tryRecv() answers WOULD_BLOCK until there are bytes", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  const buffer = new Uint8Array(1_024);
  assertEquals(connection.tryRecv(buffer), WOULD_BLOCK);
  await writeAll(client, encode("hello"));
  assertEquals(await tryRecv(setting, connection), "hello");
  assertEquals(connection.tryRecv(buffer), WOULD_BLOCK);
});

test("tryRecv() gives what fits and keeps the rest", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  await writeAll(client, encode("hello"));
  assertEquals(await tryRecv(setting, connection, 2), "he");
  const buffer = new Uint8Array(2);
  assertEquals([connection.tryRecv(buffer), decode(buffer)], [2, "ll"]);
  assertEquals([connection.tryRecv(buffer), buffer[0]], [1, "o".charCodeAt(0)]);
  assertEquals(connection.tryRecv(buffer), WOULD_BLOCK);
});

test("tryRecv() gives everything and then 0 at the end of the stream", async () => {
  await using setting = new Setting({ recvSizeBytes: 100 });
  const { client, connection } = await setting.pair();
  const bytes = randomBytes(100_000);
  const sending = writeAll(client, bytes).then(() => client.closeWrite());
  const buffer = new Uint8Array(70);
  const received: number[] = [];
  for (let count; (count = connection.tryRecv(buffer)) !== 0;) {
    if (count === WOULD_BLOCK) await setting.sockets.select([connection], [], [], Infinity);
    else received.push(...buffer.subarray(0, count));
  }
  await sending;
  assertEquals(received, [...bytes]);
  assertEquals(connection.tryRecv(buffer), 0);
});

test("activity grows with every call that moves bytes, and with no other", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  const buffer = new Uint8Array(10);
  const seen = [connection.activity];
  const look = () => seen.push(connection.activity);
  connection.tryRecv(buffer); // would block
  look();
  await writeAll(client, encode("hello"));
  await tryRecv(setting, connection);
  look();
  connection.trySend(encode("a"));
  look();
  await connection.send(encode("b"));
  look();
  assertEquals(seen[1], seen[0]);
  for (let i = 2; i < seen.length; i++) assertGreater(seen[i], seen[i - 1]);
});

test("a reset throws ConnectionReset from recv()", async () => {
  await using setting = new Setting();
  const { socket, connection } = await setting.pairThatResets();
  const receive = async () => await connection.recv(new Uint8Array(16));
  const receiving = assertRejects(receive, ConnectionReset);
  socket.resetAndDestroy();
  await receiving;
  await assertRejects(receive, ConnectionReset);
  assertEquals(setting.notes.lines, ["accepted 1", "reset 1"]);
}, { ignore });

test(
  "a reset throws ConnectionReset from tryRecv(), after the bytes that came before",
  async () => {
    await using setting = new Setting();
    const { socket, connection } = await setting.pairThatResets();
    socket.write("last words");
    await selected(setting, [connection]);
    socket.resetAndDestroy();
    assertEquals(await tryRecv(setting, connection), "last words");
    await assertRejects(() => tryRecv(setting, connection), ConnectionReset);
    assertThrows(() => connection.tryRecv(new Uint8Array(1)), ConnectionReset);
    assertThrows(() => connection.trySend(new Uint8Array(1)), ConnectionReset);
    assertEquals(setting.notes.lines.filter((line) => line === "reset 1").length, 1);
  },
  { ignore },
);

test("send() throws ConnectionReset in the end when the client is gone", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  await leave(client, connection);
  await assertRejects(async () => {
    for (;;) await connection.send(new Uint8Array(1_000));
  }, ConnectionReset);
});

test("trySend() throws ConnectionReset in the end when the client is gone", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  await leave(client, connection);
  await assertRejects(async () => {
    for (;;) {
      connection.trySend(new Uint8Array(1_000));
      await setting.sockets.pause(0);
    }
  }, ConnectionReset);
});

test("Deno's own operations on a connection count as recv() and send() do", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  assert(hasDenoOperations(connection));
  await writeAll(client, encode("hello"));
  const buffer = new Uint8Array(10);
  assertEquals(connection.didRead(await connection.read(buffer)), 5);
  assertEquals(connection.wrote(await connection.write(buffer.subarray(0, 5))), 5);
  assertEquals(decode(await readExactly(client, 5)), "hello");
  await client.closeWrite();
  assertEquals(connection.didRead(await connection.read(buffer)), 0);
  assertEquals(connection.didRead(await connection.read(buffer)), 0);
  assertEquals(setting.notes.lines, ["accepted 1", "received 1 hello", "sent 1 5"]);
  assertEquals(connection.activity, 2);
});

test("explain() knows a reset from a mistake of ours", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  assert(hasDenoOperations(connection));
  const mistake = new TypeError("a mistake of ours");
  assert(connection.explain(mistake) === mistake);
  await leave(client, connection);
  const error = await assertRejects(async () => {
    for (;;) await connection.write(new Uint8Array(1_000));
  }, Error);
  assert(connection.explain(error) instanceof ConnectionReset);
  assertThrows(() => connection.read(new Uint8Array(1)), ConnectionReset);
  assertEquals(setting.notes.lines.at(-1), "reset 1");
});

test("trySend() takes a bounded amount for a client that does not read", async () => {
  await using setting = new Setting();
  const { connection } = await setting.pair();
  const first = connection.trySend(new Uint8Array(10_000_000));
  assertGreater(first, 0);
  assertLess(first, 1_000_000);
  assertEquals(connection.trySend(new Uint8Array(1)), WOULD_BLOCK);
  await selected(setting, [], [connection]);
  // The system takes some megabytes more.
  assertLess(await sendUntilStuck(setting, connection), 64_000_000);
  assertEquals(connection.trySend(new Uint8Array(1)), WOULD_BLOCK);
});

test("trySend() loses nothing of what it took, and nothing but", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  const bytes = randomBytes(3_000_000);
  const receiving = readExactly(client, bytes.length);
  for (let sent = 0; sent < bytes.length;) {
    const size = 1 + Math.floor(Math.random() * 100_000);
    const count = connection.trySend(bytes.subarray(sent, sent + size));
    if (count === WOULD_BLOCK) await selected(setting, [], [connection]);
    else sent += count;
  }
  const received = await receiving;
  assertEquals(received.findIndex((byte, index) => byte !== bytes[index]), -1);
});

test("select() reports a connection as writable again when its client reads", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  const sent = await sendUntilStuck(setting, connection);
  const reading = readExactly(client, sent);
  assertEquals((await selected(setting, [], [connection])).writable, [connection]);
  assertGreater(connection.trySend(new Uint8Array(1)), 0);
  assertEquals((await reading).length, sent);
});

test("select() calls no connection writable that takes nothing", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  await sendUntilStuck(setting, connection);
  const chunk = new Uint8Array(10_000);
  const buffer = new Uint8Array(7_000);
  // The client reads slowly, so that the connection is nearly full all the time.
  for (let taken = 0; taken < 5_000_000;) {
    await client.read(buffer);
    if (!await isWritable(setting, connection, 0)) continue;
    const count = connection.trySend(chunk);
    assertNotEquals(count, WOULD_BLOCK);
    taken += count;
  }
});

for (const [name, mode] of [["edge", EPOLLET], ["level", 0]] as const) {
  test(`epoll reports EPOLLOUT again when a client reads, ${name}-triggered`, async () => {
    await using setting = new Setting();
    const { client, connection } = await setting.pair();
    const epoll = setting.sockets.epoll();
    epoll.add(connection, EPOLLOUT | mode);
    assertEquals(await reports(epoll), [[connection, EPOLLOUT]]);
    const isWritableAgain = async () => (await reports(epoll, QUIET_MS)).length > 0;
    const sent = await sendUntilStuck(setting, connection, isWritableAgain);
    const reading = readExactly(client, sent);
    assertEquals(await reports(epoll), [[connection, EPOLLOUT]]);
    assertGreater(connection.trySend(new Uint8Array(1)), 0);
    assertEquals((await reading).length, sent);
  });
}

test("select() returns with nothing when its time is over", async () => {
  await using setting = new Setting();
  const { connection } = await setting.pair();
  const startedMs = performance.now();
  const ready = await setting.sockets.select([setting.listener, connection], [], [], 30);
  assertGreaterOrEqual(performance.now() - startedMs, 29); // timers count in whole milliseconds
  assertEquals(ready, { readable: [], writable: [], exceptional: [] });
});

test("select() looks at what it is given once when something is ready", async () => {
  await using setting = new Setting();
  const { connection } = await setting.pair();
  await setting.sockets.select([setting.listener], [connection], [], Infinity);
  assertEquals(setting.notes.wakeUps, [[2, 1]]);
});

test("select() wakes up for a client that connects", async () => {
  await using setting = new Setting();
  const { connection } = await setting.pair();
  const waiting = selected(setting, [connection, setting.listener]);
  await setting.connect();
  assertEquals(await waiting, { readable: [setting.listener], writable: [] });
});

test("select() wakes up for bytes, and reports those that are ready only", async () => {
  await using setting = new Setting();
  const { connection: silent } = await setting.pair();
  const { client, connection } = await setting.pair();
  const waiting = selected(setting, [setting.listener, silent, connection]);
  await writeAll(client, encode("hello"));
  assertEquals(await waiting, { readable: [connection], writable: [] });
});

test("select() reports as readable who is at the end", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  await client.closeWrite();
  assertEquals((await selected(setting, [connection])).readable, [connection]);
});

test("select() reports as readable and writable who was reset", async () => {
  await using setting = new Setting();
  const { socket, connection } = await setting.pairThatResets();
  const waiting = selected(setting, [connection]);
  socket.resetAndDestroy();
  assertEquals((await waiting).readable, [connection]);
  assertEquals((await selected(setting, [], [connection])).writable, [connection]);
}, { ignore });

test("select() reports reading and writing of the same connection together", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  await writeAll(client, encode("hello"));
  await selected(setting, [connection]);
  const ready = await selected(setting, [connection], [connection]);
  assertEquals(ready, { readable: [connection], writable: [connection] });
});

test("select() sees who speaks seldom next to one that is always ready", async () => {
  await using setting = new Setting();
  const { client: busyClient, connection: busy } = await setting.pair();
  await writeAll(busyClient, encode("never read"));
  await selected(setting, [busy]);
  const { client, connection } = await setting.pair();
  await writeAll(client, encode("hello"));
  let calls = 0;
  for (let seen = false; !seen; calls++) {
    assertLess(calls, 1_000);
    const { readable } = await setting.sockets.select([busy, connection], [], [], Infinity);
    seen = readable.includes(connection);
  }
});

test("epoll sees who speaks seldom next to one that is always ready", async () => {
  await using setting = new Setting();
  const epoll = setting.sockets.epoll();
  const { client: busyClient, connection: busy } = await setting.pair();
  epoll.add(busy, EPOLLIN);
  await writeAll(busyClient, encode("never read"));
  assertEquals(await reports(epoll), [[busy, EPOLLIN]]);
  const { client, connection } = await setting.pair();
  epoll.add(connection, EPOLLIN);
  await writeAll(client, encode("hello"));
  let calls = 0;
  for (let seen = false; !seen; calls++) {
    assertLess(calls, 1_000);
    seen = (await epoll.wait(Infinity)).some(({ target }) => target === connection);
  }
});

test("epoll returns with nothing when its time is over", async () => {
  await using setting = new Setting();
  const { connection } = await setting.pair();
  const epoll = setting.sockets.epoll();
  epoll.add(connection, EPOLLIN);
  const startedMs = performance.now();
  assertEquals(await epoll.wait(30), []);
  assertGreaterOrEqual(performance.now() - startedMs, 29);
});

test("epoll reports a listener, level-triggered, while clients are waiting", async () => {
  await using setting = new Setting();
  const epoll = setting.sockets.epoll();
  epoll.add(setting.listener, EPOLLIN);
  await setting.connect();
  await setting.connect();
  for (const id of [1, 2]) {
    assertEquals(await reports(epoll), [[setting.listener, EPOLLIN]]);
    assertEquals(setting.listener.tryAccept()?.id, id);
  }
  assertEquals(await reports(epoll, QUIET_MS), []);
});

test("epoll reports again, level-triggered, what was not read to the last byte", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  const epoll = setting.sockets.epoll();
  epoll.add(connection, EPOLLIN);
  await writeAll(client, encode("abc"));
  const buffer = new Uint8Array(1);
  for (const letter of "abc") {
    assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
    assertEquals([connection.tryRecv(buffer), decode(buffer)], [1, letter]);
  }
  assertEquals(await reports(epoll, QUIET_MS), []);
});

test("epoll reports once, edge-triggered, what is not read to the last byte", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  const { client: laterClient, connection: later } = await setting.pair();
  const epoll = setting.sockets.epoll();
  epoll.add(connection, EPOLLIN | EPOLLET);
  epoll.add(later, EPOLLIN | EPOLLET);
  await writeAll(client, encode("hello"));
  assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
  assertEquals(connection.tryRecv(new Uint8Array(2)), 2);
  await writeAll(laterClient, encode("later"));
  assertEquals(await reports(epoll), [[later, EPOLLIN]]);
  assertEquals(await reports(epoll, QUIET_MS), []);
});

for (const read of [0, 2]) {
  test(`epoll reports new bytes, edge-triggered, when ${read} of the last were read`, async () => {
    await using setting = new Setting();
    const { client, connection } = await setting.pair();
    const epoll = setting.sockets.epoll();
    epoll.add(connection, EPOLLIN | EPOLLET);
    await writeAll(client, encode("hello"));
    assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
    if (read > 0) assertEquals(connection.tryRecv(new Uint8Array(read)), read);
    assertEquals(await reports(epoll, 0), []);
    await writeAll(client, encode(" again"));
    // If this edge does not come, none does; the time limit only makes the failure quick.
    assertEquals(await reports(epoll, 5_000), [[connection, EPOLLIN]]);
    assertEquals(await tryRecv(setting, connection), "hello again".slice(read));
  });
}

test("bytes that come after the last were read are the right ones", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  const epoll = setting.sockets.epoll();
  epoll.add(connection, EPOLLIN | EPOLLET);
  await writeAll(client, encode("hello"));
  await reports(epoll);
  const buffer = new Uint8Array(10);
  connection.tryRecv(buffer.subarray(0, 2));
  await reports(epoll, 0); // from here on, it is waiting for more in the background
  assertEquals(connection.tryRecv(buffer), 3);
  await writeAll(client, encode("again"));
  await reports(epoll);
  const count = connection.tryRecv(buffer);
  assertEquals(decode(buffer.subarray(0, count)), "again");
});

test("epoll reports a new arrival, edge-triggered, after the connection was drained", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  const epoll = setting.sockets.epoll();
  epoll.add(connection, EPOLLIN | EPOLLET);
  for (const word of ["one", "two"]) {
    await writeAll(client, encode(word));
    assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
    const buffer = new Uint8Array(10);
    assertEquals(connection.tryRecv(buffer), 3);
    assertEquals(decode(buffer.subarray(0, 3)), word);
    assertEquals(connection.tryRecv(buffer), WOULD_BLOCK);
    assertEquals(await reports(epoll, QUIET_MS), []);
  }
});

for (const [name, mode] of [["edge", EPOLLET], ["level", 0]] as const) {
  test(`epoll reports the end of the stream, ${name}-triggered`, async () => {
    await using setting = new Setting();
    const { client, connection } = await setting.pair();
    const epoll = setting.sockets.epoll();
    epoll.add(connection, EPOLLIN | mode);
    await client.closeWrite();
    assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
    assertEquals(connection.tryRecv(new Uint8Array(1)), 0);
  });

  test(`epoll reports a reset, asked for or not, ${name}-triggered`, async () => {
    await using setting = new Setting();
    const { socket, connection } = await setting.pairThatResets();
    const epoll = setting.sockets.epoll();
    epoll.add(connection, EPOLLIN | mode);
    socket.resetAndDestroy();
    assertEquals(await reports(epoll), [[connection, EPOLLIN | EPOLLERR]]);
    assertThrows(() => connection.tryRecv(new Uint8Array(1)), ConnectionReset);
  }, { ignore });
}

test("epoll.modify() reports what already holds, and no more what is not asked for", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  const epoll = setting.sockets.epoll();
  epoll.add(connection, EPOLLIN);
  epoll.modify(connection, EPOLLOUT);
  assertEquals(await reports(epoll), [[connection, EPOLLOUT]]);
  epoll.modify(connection, EPOLLIN);
  assertEquals(await reports(epoll, QUIET_MS), []);
  await writeAll(client, encode("hello"));
  assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
  epoll.modify(connection, EPOLLIN | EPOLLET);
  assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
  assertEquals(await reports(epoll, QUIET_MS), []);
});

test("epoll.add() reports what already holds, edge-triggered as well", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  await writeAll(client, encode("hello"));
  await selected(setting, [connection]);
  const epoll = setting.sockets.epoll();
  epoll.add(connection, EPOLLIN | EPOLLOUT | EPOLLET);
  assertEquals(await reports(epoll), [[connection, EPOLLIN | EPOLLOUT]]);
});

test("epoll.remove() ends the reports, and add() begins them anew", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  const epoll = setting.sockets.epoll();
  epoll.add(connection, EPOLLIN);
  await writeAll(client, encode("hello"));
  assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
  epoll.remove(connection);
  assertEquals(await reports(epoll, QUIET_MS), []);
  epoll.add(connection, EPOLLIN);
  assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
});

test("a connection that is closed leaves the interest list by itself", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  const epoll = setting.sockets.epoll();
  epoll.add(connection, EPOLLIN);
  await writeAll(client, encode("hello"));
  assertEquals(await reports(epoll), [[connection, EPOLLIN]]);
  connection.close();
  await writeAll(client, encode("hello again"));
  assertEquals(await reports(epoll, QUIET_MS), []);
});

test("readable() resolves when there is something to receive, or an end", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  const arriving = setting.sockets.readable(connection);
  await writeAll(client, encode("hello"));
  await arriving;
  assertEquals(connection.tryRecv(new Uint8Array(10)), 5);
  const ending = setting.sockets.readable(connection);
  await client.closeWrite();
  await ending;
  assertEquals(connection.tryRecv(new Uint8Array(10)), 0);
});

test("readable() leaves a connection as it was for select()", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  const arriving = setting.sockets.readable(connection);
  await writeAll(client, encode("hello"));
  await arriving;
  assertEquals(connection.tryRecv(new Uint8Array(10)), 5);
  const startedMs = performance.now();
  const waiting = setting.sockets.select([connection], [], [], 5_000);
  await writeAll(client, encode("again"));
  assertEquals((await waiting).readable, [connection]);
  assertLess(performance.now() - startedMs, 5_000);
});

test("readable() does not wait for ever on a connection that is closed meanwhile", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  const waiting = setting.sockets.readable(connection);
  connection.close();
  client.close();
  await setting.sockets.allClosed();
  const overdue = Promise.withResolvers<string>();
  const timer = setTimeout(overdue.resolve, QUIET_MS, "it still waits");
  assertEquals(await Promise.race([waiting, overdue.promise]), undefined);
  clearTimeout(timer);
});

test("more clients than maxClients are refused, until one leaves", async () => {
  await using setting = new Setting({ maxClients: 1 });
  const { client, connection } = await setting.pair();
  const second = await setting.connect();
  const accepting = setting.listener.accept();
  assertEquals(await second.read(new Uint8Array(1)).catch(() => null), null);
  client.close();
  connection.close();
  await setting.sockets.allClosed();
  await setting.connect();
  assertEquals((await accepting)?.id, 2);
  assertEquals(setting.notes.lines, ["accepted 1", "refused 127.0.0.1", "closed 1", "accepted 2"]);
});

test("stopListening() makes accept() and tryAccept() answer null", async () => {
  await using setting = new Setting();
  const accepting = setting.listener.accept();
  setting.sockets.stopListening();
  assertEquals(await accepting, null);
  assertEquals(await setting.listener.accept(), null);
  assertEquals(setting.listener.tryAccept(), null);
  await assertRejects(() => setting.connect(), Error);
});

test("stopListening() lets a wait return", async () => {
  await using setting = new Setting();
  const selecting = setting.sockets.select([setting.listener], [], [], Infinity);
  setting.sockets.stopListening();
  assertEquals((await selecting).readable, []);

  await using other = new Setting();
  const epoll = other.sockets.epoll();
  epoll.add(other.listener, EPOLLIN);
  const polling = epoll.wait(Infinity);
  other.sockets.stopListening();
  assertEquals(await polling, []);
});

test("finish() ends a recv() that waits, and tells the client", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  const receiving = connection.recv(new Uint8Array(10));
  setting.sockets.finish(connection);
  assertEquals(await client.read(new Uint8Array(1)), null);
  client.close();
  assertEquals(await receiving, 0);
  assertEquals(await connection.recv(new Uint8Array(10)), 0);
});

test("finish() ends a recv() that waits even if the client goes on sending", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  const receiving = connection.recv(new Uint8Array(10));
  setting.sockets.finish(connection);
  await writeAll(client, encode("not heard any more"));
  assertEquals(await receiving, 0);
});

test("finish() lets tryRecv() give what has come, and then the end", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  await writeAll(client, encode("hello"));
  await selected(setting, [connection]);
  setting.sockets.finish(connection);
  assertEquals(await tryRecv(setting, connection), "hello");
  assertEquals((await selected(setting, [connection])).readable, [connection]);
  assertEquals(connection.tryRecv(new Uint8Array(10)), 0);
  assertEquals(connection.trySend(encode("still owed")), 10);
  connection.close();
  assertEquals(decode(await readToEnd(client)), "still owed");
});

test("finish() wakes up whoever waits in select(), epoll or readable()", async () => {
  await using setting = new Setting();
  const one = (await setting.pair()).connection;
  const selecting = selected(setting, [one]);
  setting.sockets.finish(one);
  assertEquals((await selecting).readable, [one]);

  const other = (await setting.pair()).connection;
  const epoll = setting.sockets.epoll();
  epoll.add(other, EPOLLIN | EPOLLET);
  const polling = reports(epoll);
  setting.sockets.finish(other);
  assertEquals(await polling, [[other, EPOLLIN]]);

  const third = (await setting.pair()).connection;
  const waiting = setting.sockets.readable(third);
  setting.sockets.finish(third);
  await waiting;
  assertEquals(third.tryRecv(new Uint8Array(1)), 0);
});

test("abort() gives the descriptor back at once and wakes up whoever waits", async () => {
  await using setting = new Setting();
  const { connection } = await setting.pair();
  await sendUntilStuck(setting, connection);
  const selecting = selected(setting, [connection]);
  setting.sockets.abort(connection);
  assertEquals(setting.sockets.connections.size, 0);
  assertEquals((await selecting).readable, [connection]);
  assertThrows(() => connection.tryRecv(new Uint8Array(1)), ConnectionReset);
  assertThrows(() => connection.trySend(new Uint8Array(1)), ConnectionReset);
  connection.close();
});

test("abort() ends a recv() and a send() that wait", async () => {
  await using setting = new Setting();
  const { connection } = await setting.pair();
  const receiving = assertRejects(
    async () => await connection.recv(new Uint8Array(1)),
    ConnectionReset,
  );
  const sending = assertRejects(
    async () => await connection.send(new Uint8Array(50_000_000)),
    ConnectionReset,
  );
  setting.sockets.abort(connection);
  await receiving;
  await sending;
});

test("close() delivers all that was sent while the client goes on sending", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  const bytes = randomBytes(1_000_000);
  let served = false;
  const sending = (async () => {
    while (!served) await client.write(new Uint8Array(1_000));
  })();
  await selected(setting, [connection]); // there is something that will never be read
  const receiving = readToEnd(client);
  for (let sent = 0; sent < bytes.length;) {
    const count = connection.trySend(bytes.subarray(sent));
    if (count === WOULD_BLOCK) await selected(setting, [], [connection]);
    else sent += count;
  }
  connection.close();
  const received = await receiving;
  served = true;
  await sending;
  assertEquals(received.length, bytes.length);
  assertEquals(received.findIndex((byte, index) => byte !== bytes[index]), -1);
});

test("close() delivers all that was sent to a client that reads late", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  const sent = await sendUntilStuck(setting, connection);
  connection.close();
  assertEquals((await readToEnd(client)).length, sent);
});

test("close() lets a recv() go, and waits for a silent client no longer than it must", async () => {
  await using setting = new Setting();
  const { client, connection } = await setting.pair();
  const receiving = Promise.resolve(connection.recv(new Uint8Array(1)));
  connection.close();
  assertEquals(await client.read(new Uint8Array(1)), null);
  // The client has been told, and stays connected and silent.
  await setting.sockets.allClosed();
  await receiving.catch(() => {});
});

test("close() twice is harmless, and is told once", async () => {
  await using setting = new Setting();
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

test("allClosed() waits for the last connection", async () => {
  await using setting = new Setting();
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

test("formatAddress() puts an IPv6 host in brackets", () => {
  assertEquals(formatAddress({ host: "127.0.0.1", port: 80 }), "127.0.0.1:80");
  assertEquals(formatAddress({ host: "::1", port: 80 }), "[::1]:80");
  return Promise.resolve();
});
