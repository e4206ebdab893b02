/**
 * What happened lately, as a ring of records in shared memory.
 *
 * Writers reserve a record with one atomic addition and never wait; the oldest record is lost when a
 * reader is slow. A record's sequence number is written last, so a reader knows whether it has one
 * record or halves of two. While nobody looks, nothing is written.
 *
 * @module
 */

/** The number of each event in a record. */
export const TRACE_EVENT = {
  waiting: 0,
  accepted: 1,
  received: 2,
  sent: 3,
  reset: 4,
  closed: 5,
  refused: 6,
} as const;

/** What a record tells of. */
export type TraceEvent = keyof typeof TRACE_EVENT;

const EVENTS = Object.keys(TRACE_EVENT) as TraceEvent[]; // in order, and keys() forgets the names

/** A record as it is read. */
export interface TraceRecord {
  readonly event: TraceEvent;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  /** 0 where no client is meant. */
  readonly client: number;
  readonly host: string;
  readonly port: number;
  /** How many bytes were received or sent. */
  readonly sizeBytes: number;
  /** The first of them. */
  readonly bytes: Uint8Array;
}

const HEADER_BYTES = 64;
const RECORD_BYTES = 128;
const RECORD_COUNT = 4_096;
/** Where each field of a record begins. */
const AT = {
  sequence: 0,
  event: 4,
  hostLength: 5,
  bytesLength: 6,
  timeMs: 8,
  client: 16,
  sizeBytes: 20,
  port: 24,
  host: 28,
  bytes: 80,
};
/** Longest host of a record: an IPv6 address with a zone. */
const HOST_BYTES = AT.bytes - AT.host;
/** How many of the bytes that were received a record shows. */
export const SHOWN_BYTES = RECORD_BYTES - AT.bytes;

/** Indices into the header, as 32-bit integers. */
const WATCHERS = 0;
const WRITTEN = 1;

/** Memory for one ring. */
export function createTraceMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER_BYTES + RECORD_COUNT * RECORD_BYTES);
}

/** Writes records; any number of threads may have one on the same memory. */
export class TraceWriter {
  readonly #header: Int32Array;
  readonly #sequences: Int32Array;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.#header = new Int32Array(memory, 0, HEADER_BYTES / 4);
    this.#sequences = new Int32Array(memory);
    this.#view = new DataView(memory);
    this.#bytes = new Uint8Array(memory);
  }

  /** Whether anybody reads. Ask before making what {@linkcode write} takes. */
  get watched(): boolean {
    return this.#header[WATCHERS] > 0;
  }

  /**
   * @param event of {@linkcode TRACE_EVENT}
   * @param host of the client in ASCII
   * @param bytes that were received; `sizeBytes` of them, of which the first are kept
   */
  write(
    event: number,
    client: number,
    host: Uint8Array,
    port: number,
    sizeBytes: number,
    bytes: Uint8Array,
  ): void {
    const index = Atomics.add(this.#header, WRITTEN, 1) >>> 0;
    const at = HEADER_BYTES + (index % RECORD_COUNT) * RECORD_BYTES;
    const view = this.#view;
    // 0 marks a record that is being written; a finished one holds its index plus one.
    Atomics.store(this.#sequences, (at + AT.sequence) / 4, 0);
    view.setUint8(at + AT.event, event);
    const hostLength = Math.min(host.length, HOST_BYTES);
    view.setUint8(at + AT.hostLength, hostLength);
    const bytesLength = Math.min(bytes.length, sizeBytes, SHOWN_BYTES);
    view.setUint8(at + AT.bytesLength, bytesLength);
    view.setFloat64(at + AT.timeMs, Date.now(), true);
    view.setUint32(at + AT.client, client, true);
    view.setUint32(at + AT.sizeBytes, sizeBytes, true);
    view.setUint32(at + AT.port, port, true);
    for (let i = 0; i < hostLength; i++) this.#bytes[at + AT.host + i] = host[i];
    for (let i = 0; i < bytesLength; i++) this.#bytes[at + AT.bytes + i] = bytes[i];
    Atomics.store(this.#sequences, (at + AT.sequence) / 4, index + 1);
  }
}

/** Reads records in order, from the moment it is made. */
export class TraceReader {
  readonly #header: Int32Array;
  readonly #sequences: Int32Array;
  readonly #memory: SharedArrayBuffer;
  readonly #decoder = new TextDecoder();
  #next: number;

  constructor(memory: SharedArrayBuffer) {
    this.#memory = memory;
    this.#header = new Int32Array(memory, 0, HEADER_BYTES / 4);
    this.#sequences = new Int32Array(memory);
    this.#next = Atomics.load(this.#header, WRITTEN) >>> 0;
    Atomics.add(this.#header, WATCHERS, 1);
  }

  /** Stops reading; with the last reader, writing stops too. */
  close(): void {
    Atomics.sub(this.#header, WATCHERS, 1);
  }

  /** The records since the last call, and how many were overwritten before they could be read. */
  read(): { records: TraceRecord[]; lost: number } {
    const written = Atomics.load(this.#header, WRITTEN) >>> 0;
    const records: TraceRecord[] = [];
    let lost = Math.max(0, written - this.#next - RECORD_COUNT);
    this.#next += lost;
    for (; this.#next < written; this.#next++) {
      const record = this.#readOne(this.#next);
      if (record === "unfinished") break;
      if (record === "overwritten") lost++;
      else records.push(record);
    }
    return { records, lost };
  }

  #readOne(index: number): TraceRecord | "unfinished" | "overwritten" {
    const at = HEADER_BYTES + (index % RECORD_COUNT) * RECORD_BYTES;
    const sequenceAt = (at + AT.sequence) / 4;
    const before = Atomics.load(this.#sequences, sequenceAt);
    if (before !== index + 1) return before > index + 1 ? "overwritten" : "unfinished";
    const bytes = new Uint8Array(this.#memory, at, RECORD_BYTES).slice();
    if (Atomics.load(this.#sequences, sequenceAt) !== before) return "overwritten";
    const view = new DataView(bytes.buffer);
    return {
      event: EVENTS[view.getUint8(AT.event)],
      timeMs: view.getFloat64(AT.timeMs, true),
      client: view.getUint32(AT.client, true),
      host: this.#decoder.decode(
        bytes.subarray(AT.host, AT.host + view.getUint8(AT.hostLength)),
      ),
      port: view.getUint32(AT.port, true),
      sizeBytes: view.getUint32(AT.sizeBytes, true),
      bytes: bytes.subarray(AT.bytes, AT.bytes + view.getUint8(AT.bytesLength)),
    };
  }
}
