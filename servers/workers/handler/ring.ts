/**
 * A ring of records between two threads, in memory that both see: one of them writes, the other reads.
 * A record is a kind, the number of a client, and bytes.
 *
 * @module
 */

import { ReceiveBuffer } from "../../sockets/libc/connected_socket.ts";

/** Places of the numbers before the ring, each in a line of the processors' caches of its own. */
const WRITTEN = 0;
const READ = 16;
/** The writer waits for room, and wants to hear of it. */
const WANTED = 32;
const HEADER_LENGTH = 48;

/** Places in the head of a record. */
const SIZE = 0;
const KIND = 1;
const CLIENT = 2;
const HEAD_LENGTH = 3;
const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;
const HEAD_BYTES = HEAD_LENGTH * WORD_BYTES;

/** A call to copy costs more than to copy this many bytes one by one. */
const FEW_BYTES = 64;

const NOTHING = new Uint8Array(0);

/** Memory for a ring in which four records of `recordBytes` bytes have room, and many small ones. */
export function createRing(recordBytes: number): SharedArrayBuffer {
  // A power of two, so that the places go on in order when the count of bytes wraps around.
  const sizeBytes = 2 ** Math.ceil(Math.log2(4 * (recordBytes + HEAD_BYTES)));
  return new SharedArrayBuffer(HEADER_LENGTH * WORD_BYTES + sizeBytes);
}

/** What both ends of a ring have. A new one goes on where another one has ended. */
abstract class RingEnd {
  protected readonly words: Int32Array;
  protected readonly ring: Int32Array;
  protected readonly bytes: Uint8Array;
  protected readonly sizeBytes: number;

  /** @param memory of {@linkcode createRing} */
  constructor(readonly memory: SharedArrayBuffer) {
    const beginBytes = HEADER_LENGTH * WORD_BYTES;
    this.words = new Int32Array(memory, 0, HEADER_LENGTH);
    this.ring = new Int32Array(memory, beginBytes);
    this.bytes = new Uint8Array(memory, beginBytes);
    this.sizeBytes = this.bytes.length;
  }

  /** The index in `ring` of a word of the record that begins at `at`. */
  protected wordAt(at: number, word: number): number {
    return ((at >>> 0) % this.sizeBytes) / WORD_BYTES + word & this.ring.length - 1;
  }
}

/** The end that writes. */
export class RingWriter extends RingEnd {
  #written = Atomics.load(this.words, WRITTEN);

  /** @param wakeReader called before {@linkcode write} blocks: the reader may not know that there are records */
  constructor(memory: SharedArrayBuffer, private readonly wakeReader: () => void = () => {}) {
    super(memory);
  }

  /** Whether a record of this many bytes has room now. */
  hasRoom(countBytes: number): boolean {
    const used = this.#written - Atomics.load(this.words, READ) | 0;
    return used + recordBytes(countBytes) <= this.sizeBytes;
  }

  /** @returns false when there is no room for the record now */
  tryWrite(kind: number, client: number, bytes: Uint8Array = NOTHING): boolean {
    const { length } = bytes;
    if (!this.hasRoom(length)) return false;
    const at = this.#written;
    this.ring[this.wordAt(at, SIZE)] = length;
    this.ring[this.wordAt(at, KIND)] = kind;
    this.ring[this.wordAt(at, CLIENT)] = client;
    this.#copy(at + HEAD_BYTES, bytes);
    this.#written = at + recordBytes(length) | 0;
    Atomics.store(this.words, WRITTEN, this.#written);
    return true;
  }

  /** As {@linkcode tryWrite}, and blocks this thread until there is room. */
  write(kind: number, client: number, bytes: Uint8Array = NOTHING): void {
    for (;;) {
      const read = Atomics.load(this.words, READ);
      if (this.tryWrite(kind, client, bytes)) return;
      this.wakeReader();
      Atomics.wait(this.words, READ, read);
    }
  }

  /** The reader is to say when there is room. Then look again: it may have read meanwhile. */
  wantRoom(): void {
    Atomics.store(this.words, WANTED, 1);
  }

  #copy(at: number, bytes: Uint8Array): void {
    const begin = (at >>> 0) % this.sizeBytes;
    const { length } = bytes;
    const mask = this.sizeBytes - 1;
    if (length <= FEW_BYTES) {
      for (let i = 0; i < length; i++) this.bytes[begin + i & mask] = bytes[i];
      return;
    }
    const untilEnd = this.sizeBytes - begin;
    if (length <= untilEnd) return this.bytes.set(bytes, begin);
    this.bytes.set(bytes.subarray(0, untilEnd), begin);
    this.bytes.set(bytes.subarray(untilEnd), 0);
  }
}

/** The end that reads. The record that was read last is in its properties. */
export class RingReader extends RingEnd {
  kind = 0;
  client = 0;
  /** Good until the next {@linkcode next}. */
  payload: Uint8Array = NOTHING;
  #read = Atomics.load(this.words, READ);
  #buffer = new ReceiveBuffer(0);

  /** Whether there is a record. */
  get hasNext(): boolean {
    return Atomics.load(this.words, WRITTEN) !== this.#read;
  }

  /** Reads a record, and frees its room. @returns false when there is none */
  next(): boolean {
    if (!this.hasNext) return false;
    const at = this.#read;
    const length = this.ring[this.wordAt(at, SIZE)];
    this.kind = this.ring[this.wordAt(at, KIND)];
    this.client = this.ring[this.wordAt(at, CLIENT)];
    this.payload = length === 0 ? NOTHING : this.#copy(at + HEAD_BYTES, length);
    this.#read = at + recordBytes(length) | 0;
    Atomics.store(this.words, READ, this.#read);
    Atomics.notify(this.words, READ);
    return true;
  }

  /** Whether the writer has asked for room since the last call. */
  takeWanted(): boolean {
    return Atomics.load(this.words, WANTED) === 1 && Atomics.exchange(this.words, WANTED, 0) === 1;
  }

  #copy(at: number, length: number): Uint8Array {
    if (length > this.#buffer.bytes.length) this.#buffer = new ReceiveBuffer(2 * length);
    const { bytes } = this.#buffer;
    const begin = (at >>> 0) % this.sizeBytes;
    const mask = this.sizeBytes - 1;
    const untilEnd = this.sizeBytes - begin;
    if (length <= FEW_BYTES) {
      for (let i = 0; i < length; i++) bytes[i] = this.bytes[begin + i & mask];
    } else if (length <= untilEnd) {
      bytes.set(this.bytes.subarray(begin, begin + length));
    } else {
      bytes.set(this.bytes.subarray(begin));
      bytes.set(this.bytes.subarray(0, length - untilEnd), untilEnd);
    }
    return this.#buffer.view(length);
  }
}

/** A record begins at a whole word. */
function recordBytes(payloadBytes: number): number {
  return HEAD_BYTES + Math.ceil(payloadBytes / WORD_BYTES) * WORD_BYTES;
}
