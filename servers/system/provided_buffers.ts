/**
 * Buffers that the system is provided with, io_uring_register_buf_ring(3): it takes one when something has
 * arrived, so that a thousand clients who are silent need none.
 *
 * @module
 */

import type { IoUring } from "./io_uring.ts";
import { mapPages, memoryAt } from "./mmap.ts";

const REGISTER_PBUF_RING = 22;
/** `struct io_uring_buf_reg`, and `struct io_uring_buf` in words of 32 and of 16 bits. */
const REGISTRATION_BYTES = 40;
const ENTRY_BYTES = 16, ENTRY_WORDS = 4, ENTRY_SHORTS = 8, NUMBER_AT = 6;
/** The end of the ring lies in the field of the first entry that no entry uses. */
const TAIL_AT = 7;

/** The memory of all buffers, and how many there are at least and at most. */
const MAX_BYTES = 64 * 2 ** 20;
const MIN_BUFFERS = 16, MAX_BUFFERS = 4_096;
/** How many are provided at first. A buffer that was never provided takes no room. */
const FIRST_BUFFERS = 16;
/**
 * There are not more of them once those of a turn have held so much. The system fills one after another,
 * so what does not fit into the cache of a processor has left it when it is sent.
 */
const CACHE_BYTES = 262_144;

/**
 * See the module.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { IoUring } from "./io_uring.ts";
 * import { systemCalls } from "./system_calls.ts";
 * const ring = new IoUring(systemCalls(), 8);
 * const buffers = new ProvidedBuffers(ring, 1_024);
 * const bytes = buffers.view(3, 5); // what a recv of 5 bytes has left in the fourth
 * assertEquals(buffers.has(bytes), true);
 * buffers.give(3); // the system may use it again
 * ring.close();
 * ```
 */
export class ProvidedBuffers {
  readonly #sizeBytes: number;
  readonly #count: number;
  readonly #address: number;
  readonly #memory: ArrayBuffer;
  readonly #words: Uint32Array;
  readonly #shorts: Uint16Array;
  /** A view of each buffer, used again for as many bytes: a new one would be garbage of each message. */
  readonly #views: Uint8Array[] = [];
  #tail = 0;
  #provided = 0;
  #wasShort = false;
  /** What the buffers of this turn have held. */
  #turnBytes = 0;

  /**
   * @param sizeBytes of each
   * @throws {SystemCallError} when there is no memory
   */
  constructor(ring: IoUring, sizeBytes: number) {
    const fitting = 2 ** Math.floor(Math.log2(MAX_BYTES / sizeBytes));
    this.#count = Math.min(MAX_BUFFERS, Math.max(MIN_BUFFERS, fitting));
    this.#sizeBytes = sizeBytes;
    const address = mapPages(this.#count * sizeBytes);
    this.#address = Number(address); // user addresses have no more than 47 bits
    this.#memory = memoryAt(address, this.#count * sizeBytes);
    const entries = mapPages(this.#count * ENTRY_BYTES);
    const memory = memoryAt(entries, this.#count * ENTRY_BYTES);
    this.#words = new Uint32Array(memory);
    this.#shorts = new Uint16Array(memory);
    const registration = new DataView(new ArrayBuffer(REGISTRATION_BYTES));
    registration.setBigUint64(0, entries, true);
    registration.setUint32(8, this.#count, true);
    ring.register(REGISTER_PBUF_RING, registration, 1);
    this.#provide(FIRST_BUFFERS);
    this.publish();
  }

  /** Gives the system a buffer, from the next {@linkcode publish} on. */
  give(buffer: number): void {
    const place = this.#tail & this.#count - 1;
    const address = this.#address + buffer * this.#sizeBytes;
    this.#words[place * ENTRY_WORDS] = address >>> 0;
    this.#words[place * ENTRY_WORDS + 1] = Math.floor(address / 2 ** 32);
    this.#words[place * ENTRY_WORDS + 2] = this.#sizeBytes;
    this.#shorts[place * ENTRY_SHORTS + NUMBER_AT] = buffer;
    this.#tail++;
  }

  /**
   * The system found none, so there are twice as many from the next {@linkcode publish} on, if those that
   * there are have held little. It will find one again when some are given back.
   */
  provideMore(): void {
    this.#wasShort = true;
  }

  #provide(count: number): void {
    const end = Math.min(this.#count, this.#provided + count);
    while (this.#provided < end) this.give(this.#provided++);
  }

  /** The system may take what was given. */
  publish(): void {
    if (this.#wasShort && this.#turnBytes < CACHE_BYTES) this.#provide(this.#provided);
    this.#wasShort = false;
    this.#turnBytes = 0;
    Atomics.store(this.#shorts, TAIL_AT, this.#tail);
  }

  /** What has been received: the first `countBytes` of a buffer. */
  view(buffer: number, countBytes: number): Uint8Array {
    this.#turnBytes += countBytes;
    const known = this.#views[buffer];
    if (known !== undefined && known.length === countBytes) return known;
    const view = new Uint8Array(this.#memory, buffer * this.#sizeBytes, countBytes);
    return this.#views[buffer] = view;
  }

  /** Whether bytes lie in one of the buffers. */
  has(bytes: Uint8Array): boolean {
    return bytes.buffer === this.#memory;
  }

  /** Where bytes lie that are in one of the buffers. */
  addressOf(bytes: Uint8Array): number {
    return this.#address + bytes.byteOffset;
  }
}
