import { withDescriptorOf } from "../system/pidfd.ts";
import type { ChildTable } from "../context/child_table.ts";
import type { ClosableClients } from "../context/closable_clients.ts";
import type { WorkersMemory } from "../context/forked_workers.ts";
import type { DescriptorTable } from "../sockets/libc/descriptor_table.ts";
import { cutSocketOff, hasUnread } from "../sockets/libc/connection.ts";
import type { Turn } from "../sockets/interface.ts";
import { sendSignal } from "../system/spawn.ts";
import { systemCalls } from "../system/system_calls.ts";
import { FINISH_SIGNAL } from "../workers/child_protocol.ts";

/** No process has as many descriptors, proc(5). */
const MAX_DESCRIPTORS = 2 ** 21;

/**
 * The clients of worker processes, as their supervisor sees them: each a number that is made of the
 * worker's and of its descriptor there. The supervisor only requests, in memory that the workers see; the
 * server, whose children they are, wakes them.
 */
export class ForkedWorkers implements ClosableClients<number> {
  readonly #table: ChildTable;
  readonly #workers: WorkersMemory;
  readonly #calls = systemCalls();
  readonly #descriptors = new Map<number, DescriptorTable>();

  constructor(table: ChildTable, workers: WorkersMemory) {
    this.#table = table;
    this.#workers = workers;
  }

  *all(): Generator<number> {
    for (const { number } of this.#table.children()) {
      for (const fd of this.#descriptorsOf(number).clients()) yield number * MAX_DESCRIPTORS + fd;
    }
  }

  activity(client: number): number {
    return this.#descriptorsOf(workerOf(client)).activity(descriptorOf(client));
  }

  turn(client: number): Turn {
    return this.#descriptorsOf(workerOf(client)).turn(descriptorOf(client));
  }

  /** Where the system does not let it look, nothing is unread: a worker that is free receives at once. */
  hasUnread(client: number): boolean {
    let result = false;
    this.#withCopy(client, (fd) => result = hasUnread(this.#calls, fd));
    return result;
  }

  stopListening(): void {
    this.#workers.common.stop();
    this.#table.stop();
    this.#wake();
  }

  finish(client: number): void {
    if (!this.#descriptorsOf(workerOf(client)).finish(descriptorOf(client))) return;
    this.#table.requestAll();
    this.#wake();
  }

  dismiss(client: number): void {
    this.#descriptorsOf(workerOf(client)).dismiss(descriptorOf(client));
    this.finish(client);
  }

  abort(client: number): void {
    // The worker resets the connection when it finds it cut off. One that is stuck never does.
    const cutOff = () => this.#withCopy(client, (fd) => cutSocketOff(this.#calls, fd));
    const table = this.#descriptorsOf(workerOf(client));
    if (!table.finish(descriptorOf(client), cutOff, false)) return;
    this.#table.requestAll();
    this.#wake();
  }

  /** Ends all clients that are left, and then the server. */
  endAll(): void {
    for (const client of this.all()) this.abort(client);
    this.stopListening();
  }

  #withCopy(client: number, action: (descriptor: number) => void): void {
    const worker = workerOf(client);
    for (const { pid, number } of this.#table.children()) {
      if (number === worker) withDescriptorOf(pid, descriptorOf(client), action);
    }
  }

  #descriptorsOf(worker: number): DescriptorTable {
    const known = this.#descriptors.get(worker) ?? this.#workers.descriptors(worker);
    this.#descriptors.set(worker, known);
    return known;
  }

  #wake(): void {
    const { serverPid } = this.#table;
    if (serverPid !== 0) sendSignal(serverPid, FINISH_SIGNAL);
  }
}

function workerOf(client: number): number {
  return Math.floor(client / MAX_DESCRIPTORS);
}

function descriptorOf(client: number): number {
  return client % MAX_DESCRIPTORS;
}
