/**
 * The clients of worker processes, in memory that is mapped before they are forked: a worker lists its
 * clients, its parent learns from it what a crash has ended, and the supervisor ends single clients.
 *
 * @module
 */

import { aligned, openMemory, type SharedMemory } from "../metrics/memory.ts";
import type { Address } from "../sockets/interface.ts";
import { systemCalls } from "../system/system_calls.ts";
import {
  COMMON_BYTES,
  descriptorBytes,
  DescriptorTable,
} from "../sockets/libc/descriptor_table.ts";

/** A client in the list of a worker: its number, its port, and the length of its host, which follows. */
const AT = { id: 0, port: 4, hostLength: 6, host: 8 };
const CLIENT_BYTES = 64;

/** How many workers there may be, and how many descriptors each. Plain data. */
export interface WorkersSize {
  readonly workers: number;
  readonly descriptorLimit: number;
}

/** The size of the memory. What is not used takes no room. */
export function workersBytes({ workers, descriptorLimit }: WorkersSize): number {
  return aligned(COMMON_BYTES) + workers * bytesOfEach(descriptorLimit);
}

/** A client as a list has it. */
export interface ListedClient {
  /** See `Connection.id`. */
  readonly id: number;
  readonly peer: Address;
}

/** The memory of all workers. */
export class WorkersMemory {
  readonly #memory: SharedMemory;
  readonly #descriptorLimit: number;
  readonly #common: ArrayBufferLike;

  /** @param memory of {@linkcode workersBytes} with the same size */
  constructor(memory: SharedMemory, { descriptorLimit }: WorkersSize) {
    this.#memory = memory;
    this.#descriptorLimit = descriptorLimit;
    this.#common = this.#part(0, COMMON_BYTES);
  }

  /** What holds for all workers: whether the server stops, how many clients there are, the last number. */
  get common(): DescriptorTable {
    return new DescriptorTable(this.#common);
  }

  /** As if this worker had never been, and none before it. */
  clear(number: number): void {
    for (const part of [this.#common, this.#descriptors(number)]) new Int32Array(part).fill(0);
  }

  /** @param number of the worker, from 1 on */
  descriptors(number: number): WorkerTable {
    return new WorkerTable(this.#descriptors(number), 0, this.#common);
  }

  /** @param number of the worker, from 1 on */
  clients(number: number): ClientList {
    const begin = this.#beginOf(number) + aligned(descriptorBytes(this.#descriptorLimit));
    return new ClientList(this.#part(begin, clientsBytes(this.#descriptorLimit)));
  }

  #descriptors(number: number): ArrayBufferLike {
    return this.#part(this.#beginOf(number), descriptorBytes(this.#descriptorLimit));
  }

  #beginOf(number: number): number {
    return aligned(COMMON_BYTES) + (number - 1) * bytesOfEach(this.#descriptorLimit);
  }

  /** Opened part by part: all of it may be larger than an array can be. */
  #part(begin: number, sizeBytes: number): ArrayBufferLike {
    if ("address" in this.#memory) {
      return openMemory({ address: this.#memory.address + BigInt(begin), sizeBytes });
    }
    throw new Error("processes share only memory that is mapped");
  }
}

/** A process that waits for a descriptor has no other thread that could release one. */
class WorkerTable extends DescriptorTable {
  /** The process that had the clients is gone. */
  forgetAll(): void {
    for (const fd of this.clients()) this.remove(fd);
  }

  override waitForRelease(timeoutMs: number): void {
    systemCalls().poll(null, 0, timeoutMs);
  }
}

/** The clients of one worker, which alone adds to it and removes. */
export class ClientList {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  /** How many places were ever used, in an array of one. */
  readonly #used: Int32Array;
  readonly #places = new Map<number, number>();
  readonly #free: number[] = [];

  constructor(memory: ArrayBufferLike) {
    this.#view = new DataView(memory);
    this.#bytes = new Uint8Array(memory);
    this.#used = new Int32Array(memory, 0, 1);
  }

  add({ id, peer: { host, port } }: ListedClient): void {
    const place = this.#free.pop() ?? ++this.#used[0];
    const at = place * CLIENT_BYTES;
    const length = Math.min(host.length, CLIENT_BYTES - AT.host);
    for (let i = 0; i < length; i++) this.#bytes[at + AT.host + i] = host.charCodeAt(i);
    this.#view.setUint8(at + AT.hostLength, length);
    this.#view.setUint16(at + AT.port, port, true);
    this.#view.setUint32(at + AT.id, id, true);
    this.#places.set(id, place);
  }

  remove(id: number): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    this.#places.delete(id);
    this.#view.setUint32(place * CLIENT_BYTES + AT.id, 0, true);
    this.#free.push(place);
  }

  /** Those that are in it, as any process sees them. */
  *all(): Generator<ListedClient> {
    for (let place = 1; place <= this.#used[0]; place++) {
      const at = place * CLIENT_BYTES;
      const id = this.#view.getUint32(at + AT.id, true);
      if (id === 0) continue;
      const begin = at + AT.host;
      const host = this.#bytes.subarray(begin, begin + this.#view.getUint8(at + AT.hostLength));
      const port = this.#view.getUint16(at + AT.port, true);
      yield { id, peer: { host: String.fromCharCode(...host), port } };
    }
  }

  /** Empties it, for the next worker. */
  clear(): void {
    for (let place = 1; place <= this.#used[0]; place++) {
      this.#view.setUint32(place * CLIENT_BYTES + AT.id, 0, true);
    }
    this.#used[0] = 0;
  }
}

/** The first place is that of the count. */
function clientsBytes(descriptorLimit: number): number {
  return (1 + descriptorLimit) * CLIENT_BYTES;
}

function bytesOfEach(descriptorLimit: number): number {
  return aligned(descriptorBytes(descriptorLimit)) + clientsBytes(descriptorLimit);
}
