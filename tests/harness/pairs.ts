/**
 * Connections with both of their ends, for tests of interest lists.
 *
 * @module
 */

import { connect as connectSocket, type Socket } from "node:net";
import { DenoSockets } from "../../servers/sockets/deno.ts";
import type {
  Connection,
  InterestList,
  Listener,
  Observer,
  Pollable,
  Sockets,
} from "../../servers/sockets/interface.ts";
import { assert } from "./assert.ts";
import { test } from "./test.ts";

const encoder = new TextEncoder();

export function encode(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** Registers a test for every socket kind. What the test opens in its setting is closed after it. */
export function testEachKind(
  name: string,
  fn: (setting: Setting) => Promise<void>,
  { ignore }: { ignore?: boolean } = {},
): void {
  test(`deno: ${name}`, async () => {
    await using setting = new Setting();
    await fn(setting);
  }, { ignore });
}

/** Sockets that listen, and their clients. Dispose of it, and nothing is left open. */
export class Setting implements AsyncDisposable {
  readonly notes = new Notes();
  readonly sockets: Sockets = new DenoSockets(this.notes);
  readonly listener: Listener = this.sockets.listen({
    host: "127.0.0.1",
    port: 0,
    backlog: 128,
    maxClients: Infinity,
    recvSizeBytes: 1_024,
    descriptorsBelow: Infinity,
  });
  readonly #clients: Deno.TcpConn[] = [];
  readonly #sockets: Socket[] = [];

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

  /** A connection whose client can end it with `resetAndDestroy()`: Deno's own close says FIN first. */
  async pairThatResets(): Promise<{ socket: Socket; connection: Connection }> {
    const { host, port } = this.listener.address;
    const { promise: connected, resolve } = Promise.withResolvers<void>();
    const socket = connectSocket(port, host, resolve);
    this.#sockets.push(socket);
    await connected;
    return { socket, connection: await this.#accept() };
  }

  async #accept(): Promise<Connection> {
    const connection = await this.listener.accept();
    assert(connection !== null);
    return connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    for (const socket of this.#sockets) socket.destroy();
    this.sockets.stopListening();
    for (const connection of [...this.sockets.connections]) this.sockets.abort(connection);
    await this.sockets.allClosed();
  }
}

/** Keeps what readiness calls looked at. */
class Notes implements Observer {
  readonly wakeUps: [scanned: number, ready: number][] = [];
  wokeUp = (scanned: number, ready: number) => void this.wakeUps.push([scanned, ready]);
  waiting = () => {};
  accepted = () => {};
  refused = () => {};
  received = () => {};
  sent = () => {};
  beyondFdSetSize = () => {};
  reset = () => {};
  closed = () => {};
  outOfDescriptors = () => {};
  acceptFailed = () => {};
}

/** The next reports of `list`, however often the wait returns without any. */
export async function reports(list: InterestList): Promise<[Pollable, number][]> {
  for (;;) {
    const events = await list.wait(Infinity);
    if (events.length > 0) return events.map(({ target, events }) => [target, events]);
  }
}
