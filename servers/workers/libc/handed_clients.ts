/**
 * Clients that one thread accepts and another one serves: a queue in shared memory, and a descriptor that
 * is readable while clients are in it, so that a loop can wait for them as it waits for a listener.
 *
 * @module
 */

import type { HandedClients } from "../../context/protocol.ts";
import type { HandedTo } from "../../context/workers.ts";
import type { Address, Connection, Listener } from "../../sockets/interface.ts";
import { LibcConnection } from "../../sockets/libc/connection.ts";
import type { LibcPollable, WatchedListener } from "../../sockets/libc/connection_context.ts";
import type { LibcReactor } from "../../sockets/libc/reactor.ts";
import type { Observed } from "../../sockets/observer.ts";
import { createWaker, quiet, wake } from "../../system/eventfd.ts";
import { type SystemCalls, systemCalls } from "../../system/system_calls.ts";
import { ClientQueue, createQueueMemory, type QueuedClient } from "../client_queue.ts";

/** More clients than this wait with the page, which accepts no others meanwhile. */
const MAX_QUEUED = 16_384;

/** A worker as the page has it that hands it clients. */
export class LibcHandedTo implements HandedTo {
  readonly clientsOf: HandedClients;
  readonly #queue: ClientQueue;
  readonly #calls: SystemCalls;

  /** @throws {SystemCallError} when there is no descriptor left */
  constructor(address: Address) {
    this.#calls = systemCalls();
    this.#queue = new ClientQueue(createQueueMemory(MAX_QUEUED));
    const descriptor = createWaker(this.#calls);
    this.clientsOf = { queue: this.#queue.memory, descriptor, address };
  }

  get clients(): number {
    return this.#queue.unfinished;
  }

  hand(connection: Connection): void {
    if (!(connection instanceof LibcConnection)) throw new Error("a connection of another kind");
    const { id, peer } = connection;
    this.#queue.put({ fd: connection.detach(), id, peer });
    wake(this.#calls, this.clientsOf.descriptor);
  }

  /** No more clients come. */
  close(): void {
    this.#queue.close();
    wake(this.#calls, this.clientsOf.descriptor);
  }
}

/** The listener of a worker whose clients another thread accepts. */
export class HandedListener implements Listener, LibcPollable, WatchedListener {
  readonly kind = "listener";
  readonly address: Address;
  readonly blocks = false;
  readonly isResting = false;
  readonly #queue: ClientQueue;

  /** @param taken called for each client that this worker gets */
  constructor(
    private readonly clients: HandedClients,
    private readonly reactor: LibcReactor,
    private readonly taken: (client: Observed) => void,
  ) {
    this.address = clients.address;
    this.#queue = new ClientQueue(clients.queue);
  }

  get isOver(): boolean {
    return this.#queue.isClosed && this.#queue.length === 0;
  }

  get descriptor(): number {
    return this.clients.descriptor;
  }

  accept(): Connection | null {
    this.reactor.observer.waiting();
    const client = this.#queue.take();
    return client === null ? null : this.#connect(client);
  }

  tryAccept(): Connection | null {
    if (this.reactor.connections.size === 0) this.reactor.observer.waiting();
    let client = this.#queue.tryTake();
    if (client === undefined) {
      quiet(this.reactor.calls, this.descriptor);
      // Looked at again: one may have been put in between, and its wake-up is gone. So is that of others.
      client = this.#queue.tryTake();
      if (client !== undefined) wake(this.reactor.calls, this.descriptor);
    }
    return client === undefined || client === null ? null : this.#connect(client);
  }

  restMs(): number {
    return Infinity;
  }

  /** A client that was handed over is served. */
  resume(): void {
    this.#queue.finished();
  }

  stop(): void {}

  /** Whoever accepts the clients closes. */
  close(): void {}

  #connect({ fd, id, peer }: QueuedClient): Connection {
    const connection = new LibcConnection(this.reactor, fd, id, peer);
    this.reactor.connections.add(connection);
    this.taken(connection);
    return connection;
  }
}
