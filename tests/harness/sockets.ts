/**
 * Sockets of any kind, their clients, and what tests ask of them again and again.
 *
 * @module
 */

import { connect as connectSocket, type Socket } from "node:net";
import { DenoSockets } from "../../servers/sockets/deno/sockets.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import type { PollEntries } from "../../servers/sockets/poll_entries.ts";
import { YieldingLibcSockets } from "./yielding_libc_sockets.ts";
import {
  type Address,
  type Connection,
  type InterestList,
  type Listener,
  type ListenOptions,
  type Pollable,
  type Sockets,
  WOULD_BLOCK,
} from "../../servers/sockets/interface.ts";
import type { Observer } from "../../servers/sockets/observer.ts";
import { assert, assertNotEquals } from "./assert.ts";
import { decode, encode } from "./bytes.ts";
import { closeOnce } from "./clients.ts";
import { test } from "./test.ts";

/** Makes sockets of a kind. */
type MakeSockets = (observer: Observer, recvSizeBytes: number) => Sockets;

/** The socket kinds by name. All keep the same promises, so all have the same tests. */
const SOCKET_KINDS: Readonly<Record<string, MakeSockets>> = {
  deno: (observer) => new DenoSockets(observer),
  ...(hasSystemCalls()
    ? { libc: (observer, size) => new YieldingLibcSockets(observer, size) }
    : {}),
};

/** Long enough for anything that would come to have come. */
export const QUIET_MS = 100;

/** What a test needs, beside where to listen. */
interface TestOptions extends Partial<ListenOptions> {
  ignore?: boolean;
  /**
   * A `recv` or `send` of the test waits for what its client does later. A kind that really blocks
   * would stop the client as well, which lives in the same thread.
   */
  waitsInCall?: boolean;
}

/** Kinds whose `recv` and `send` block their thread. */
const BLOCKING_KINDS: readonly string[] = ["libc"];

/** Registers a test for every socket kind. What the test opens in its setting is closed after it. */
export function testEachKind(
  name: string,
  fn: (setting: Setting) => Promise<void>,
  { ignore, waitsInCall = false, ...options }: TestOptions = {},
): void {
  for (const [kind, makeSockets] of Object.entries(SOCKET_KINDS)) {
    if (waitsInCall && BLOCKING_KINDS.includes(kind)) continue;
    test(`${kind}: ${name}`, async () => {
      await using setting = new Setting(makeSockets, options);
      await fn(setting);
    }, { ignore });
  }
}

/** Sockets that listen, and their clients. Dispose of it, and nothing is left open. */
export class Setting implements AsyncDisposable {
  readonly notes = new Notes();
  readonly sockets: Sockets;
  readonly listener: Listener;
  readonly #clients: Deno.TcpConn[] = [];
  readonly #sockets: Socket[] = [];

  constructor(makeSockets: MakeSockets, options: Partial<ListenOptions> = {}) {
    this.sockets = makeSockets(this.notes, options.recvSizeBytes ?? 1_024);
    this.listener = this.sockets.listen({
      host: "127.0.0.1",
      port: 0,
      backlog: 128,
      maxClients: Infinity,
      recvSizeBytes: 1_024,
      descriptorsBelow: Infinity,
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
    const client = await this.connect();
    return { client, connection: await this.#accept() };
  }

  /** A client that can end with `resetAndDestroy()`: Deno's own close says FIN first. */
  async clientThatResets(): Promise<Socket> {
    const { host, port } = this.listener.address;
    const { promise: connected, resolve } = Promise.withResolvers<void>();
    const socket = connectSocket(port, host, resolve);
    this.#sockets.push(socket);
    await connected;
    return socket;
  }

  /** A connection, and its {@linkcode clientThatResets}. */
  async pairThatResets(): Promise<{ socket: Socket; connection: Connection }> {
    return { socket: await this.clientThatResets(), connection: await this.#accept() };
  }

  async #accept(): Promise<Connection> {
    const connection = await this.listener.accept();
    assert(connection !== null);
    return connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) closeOnce(client);
    for (const socket of this.#sockets) socket.destroy();
    this.sockets.stopListening();
    for (const connection of [...this.sockets.connections]) {
      connection.abort();
      connection.close();
    }
    await this.sockets.allClosed();
  }
}

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
  blocked = ({ id }: Connection) => this.#note(`blocked ${id}`);
  beyondFdSetSize = ({ host }: Address) => this.#note(`beyond FD_SETSIZE ${host}`);
  reset = ({ id }: Connection) => this.#note(`reset ${id}`);
  dismissed = ({ id }: Connection) => this.#note(`dismissed ${id}`);
  cutOff = ({ id }: Connection) => this.#note(`cut off ${id}`);
  closed = ({ id }: Connection) => this.#note(`closed ${id}`);
  polled = () => {};
  wokeUp = (scanned: number, ready: number) => void this.wakeUps.push([scanned, ready]);
  outOfDescriptors = () => this.#note("out of descriptors");
  acceptFailed = ({ message }: Error) => this.#note(message);

  #note(line: string): void {
    this.lines.push(line);
  }
}

/** Makes the system answer with RST what is sent to `client` from now on. */
export async function leave(client: Deno.TcpConn, connection: Connection): Promise<void> {
  await connection.send(encode("two bytes"));
  await client.read(new Uint8Array(1)); // the rest lies unread when it closes, tcp(7)
  client.close();
}

/** Waits until `connection` can be received from, and gives the view that `tryRecv` then returns. */
export async function nextBytes(
  { sockets }: Setting,
  connection: Connection,
  sizeBytes = 1_024,
): Promise<Uint8Array> {
  for (;;) {
    const view = connection.tryRecv(sizeBytes);
    if (view !== WOULD_BLOCK) return view;
    await sockets.select([connection], [], Infinity);
  }
}

/** {@linkcode nextBytes} as text: it is empty at the end of the stream. */
export async function nextText(
  setting: Setting,
  connection: Connection,
  sizeBytes?: number,
): Promise<string> {
  return decode(await nextBytes(setting, connection, sizeBytes));
}

/** The first that can be read or written, however often the wait returns without any. */
export async function selected(
  { sockets }: Setting,
  read: Pollable[],
  write: Connection[] = [],
): Promise<{ readable: Pollable[]; writable: Pollable[] }> {
  for (;;) {
    const { readable, writable } = await sockets.select(read, write, Infinity);
    if (readable.length + writable.length > 0) return { readable, writable };
  }
}

/** The next reports of `list`, however often the wait returns without any. */
export async function reports(
  list: InterestList,
  timeoutMs = Infinity,
): Promise<[Pollable, number][]> {
  const untilMs = performance.now() + timeoutMs;
  for (let leftMs = timeoutMs; leftMs >= 0; leftMs = untilMs - performance.now()) {
    const events = await list.wait(leftMs);
    if (events.length > 0) return events.map(({ target, events }) => [target, events]);
  }
  return [];
}

/** The next entries that poll finds, however often it returns without any. */
export async function polled(
  { sockets }: Setting,
  entries: PollEntries<Pollable>,
): Promise<[Pollable, number][]> {
  for (;;) {
    const found = await sockets.poll(entries, Infinity);
    if (found.length > 0) return found.map(({ target, revents }) => [target, revents]);
  }
}

/** Whether `connection` becomes writable soon. */
export async function isWritable(
  { sockets }: Setting,
  connection: Connection,
  timeoutMs = QUIET_MS,
): Promise<boolean> {
  return (await sockets.select([], [connection], timeoutMs)).writable.length > 0;
}

/** Sends until nothing moves any more because the client does not read. @returns how many bytes */
export async function sendUntilStuck(
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

/** Sends all of `bytes` with `trySend`, in pieces of a size that `nextSizeBytes` tells each time. */
export async function sendAll(
  setting: Setting,
  connection: Connection,
  bytes: Uint8Array,
  nextSizeBytes = () => bytes.length,
): Promise<void> {
  for (let sent = 0; sent < bytes.length;) {
    const count = connection.trySend(bytes.subarray(sent, sent + nextSizeBytes()));
    if (count === WOULD_BLOCK) await selected(setting, [], [connection]);
    else sent += count;
  }
}
