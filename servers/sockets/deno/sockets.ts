/**
 * The socket kind `deno`: `Deno.listen`, made to look like BSD sockets. Works on every platform.
 *
 * @module
 */

import type { Connecting, Connection, ConnectOptions, InterestList } from "../interface.ts";
import type { Keyboard, Listener } from "../interface.ts";
import type { ListenOptions, Pollable, Ready, Sockets } from "../interface.ts";
import { EPOLLIN, EPOLLOUT, noteBlocked } from "../interface.ts";
import type { ClientCount } from "../client_count.ts";
import type { Observer } from "../observer.ts";
import { DenoConnecting } from "./connecting.ts";
import { DenoEpoll } from "./epoll.ts";
import { asDenoPollable, type DenoPollable, DenoReactor } from "./reactor.ts";
import { DenoKeyboard } from "./keyboard.ts";
import { DenoListener } from "./listener.ts";
import { DenoPoll } from "./poll.ts";
import { PollEntries, type PollEntry } from "../poll_entries.ts";

/**
 * See the module; one per server.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { UNOBSERVED } from "../observer.ts";
 * const sockets = new DenoSockets(UNOBSERVED);
 * const listener = sockets.listen({
 *   host: "127.0.0.1",
 *   port: 0,
 *   backlog: 8,
 *   maxClients: 8,
 *   recvSizeBytes: 1_024,
 *   descriptorsBelow: Infinity,
 * });
 * assertEquals(listener.tryAccept(), null); // no client has come
 * sockets.stopListening();
 * await sockets.allClosed();
 * ```
 */
export class DenoSockets extends DenoReactor implements Sockets {
  readonly #ready: Ready<never> = { readable: [], writable: [] };
  readonly #unarmed: DenoPollable[] = [];
  readonly #poll: DenoPoll;
  #listener: DenoListener | undefined = undefined;
  #isStopped = false;
  #lastOutgoingId = 0;
  #looks = 0;

  /** @param count of the clients of the server, when other threads accept some of them */
  constructor(observer: Observer, count?: ClientCount) {
    super(observer, count);
    this.#poll = new DenoPoll(this);
  }

  get serving(): boolean {
    return this.connections.size > 0 || !this.#isStopped;
  }

  listen(options: ListenOptions): Listener {
    return this.#listener = new DenoListener(options, this);
  }

  connect(to: ConnectOptions): Iterable<Connecting> {
    return [new DenoConnecting(--this.#lastOutgoingId, to, this)];
  }

  keyboard(): Keyboard {
    return new DenoKeyboard(this);
  }

  async select<Watched extends Pollable>(
    read: Iterable<Watched>,
    write: Iterable<Connection>,
    timeoutMs: number,
  ): Promise<Ready<Watched>> {
    // Emptied and refilled by scan(), for the sockets of this call.
    const ready = this.#ready as Ready<Watched>;
    let found = this.#scan(read, write, ready);
    const isReady = found.ready > 0;
    const rest = this.rest(isReady, this.#unarmed, timeoutMs);
    if (rest !== undefined) {
      await rest;
      if (!isReady) found = this.#scan(read, write, ready);
    }
    this.observer.wokeUp(found.scanned, found.ready);
    return ready;
  }

  /** Sorts out what is ready and what must be armed. @returns how many sockets that were */
  #scan<Watched extends Pollable>(
    read: Iterable<Watched>,
    write: Iterable<Connection>,
    ready: Ready<Watched>,
  ): { scanned: number; ready: number } {
    ready.readable.length = 0;
    ready.writable.length = 0;
    this.#unarmed.length = 0;
    const look = ++this.#looks;
    let scanned = 0;
    for (const watched of read) {
      scanned++;
      const socket = asDenoPollable(watched);
      socket.look = look;
      if (socket.holds(EPOLLIN) !== 0) ready.readable.push(watched);
      else if (!socket.isArmed()) this.#unarmed.push(socket);
    }
    let both = 0;
    for (const connection of write) {
      const socket = asDenoPollable(connection);
      const isRead = socket.look === look;
      if (!isRead) scanned++;
      if (socket.holds(EPOLLOUT) === 0) {
        noteBlocked(connection, this.observer);
        continue;
      }
      ready.writable.push(connection);
      if (isRead && socket.holds(EPOLLIN) !== 0) both++;
    }
    return { scanned, ready: ready.readable.length + ready.writable.length - both };
  }

  pollEntries<Watched extends Pollable>(): PollEntries<Watched> {
    return new PollEntries(() => -1);
  }

  poll<Watched extends Pollable>(
    entries: PollEntries<Watched>,
    timeoutMs: number,
  ): Promise<PollEntry<Watched>[]> {
    return this.#poll.poll(entries, timeoutMs);
  }

  epoll<Watched extends Pollable>(): InterestList<Watched> {
    return new DenoEpoll<Watched>(this);
  }

  readable(connection: Connection): Promise<void> {
    const socket = asDenoPollable(connection);
    const isReadable = () => socket.holds(EPOLLIN) !== 0;
    return new Promise((resolve) => {
      if (isReadable()) return resolve();
      socket.registration = {
        signal: () => {
          if (!isReadable()) return;
          socket.registration = undefined;
          resolve();
        },
        disarmed: () => {},
      };
      socket.arm();
    });
  }

  pause(ms: number): Promise<void> {
    this.observer.polled(1 + this.connections.size); // the listener as well
    if (ms === 0) return this.turn.take();
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  stopListening(): void {
    this.#isStopped = true;
    this.#listener?.close();
  }

  /** Resets all connections, for a thread that ends without having served them. */
  abandon(): void {
    for (const connection of this.connections) {
      connection.abort();
      connection.close();
    }
  }

  async allClosed(): Promise<void> {
    while (this.connections.size > 0) {
      await new Promise<void>((resolve) => this.onceReleased(resolve));
    }
    this.turn.close();
  }
}
