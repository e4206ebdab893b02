/**
 * The latest events, as a ring of records in shared memory.
 *
 * Writers reserve a record with one atomic addition and never wait; when a reader is slow, the oldest
 * record is lost. A record is marked as done last, so a reader knows whether it has one record or
 * halves of two. Without a reader, nothing is written.
 *
 * Clients come and go seldom, but messages can come too fast for any reader. So a reader says how many
 * records it wants until its next look, and records of messages beyond that are left out.
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
  /** A thread or process has got this client to serve it. */
  dispatched: 7,
  /** The answer to a client is not due for `sizeBytes` milliseconds. */
  asleep: 8,
  /** A client's socket takes no more. */
  blocked: 9,
  /** The server ends a connection because its client was silent. */
  dismissed: 10,
  /** The server has ended a connection before its client had everything. */
  cutOff: 11,
  /** A call that waits for many sockets has returned: `sizeBytes` it looked at, `client` were ready. */
  returned: 12,
  /** The session has computed a reply of `sizeBytes` bytes, which is to be sent now. */
  handled: 13,
  /** A process has begun that serves many clients; `sizeBytes` is its id. */
  began: 14,
  /** A thread has ended, or a process that served many clients. */
  ended: 15,
  /** The view holds a thread or a process up, until `freed`. */
  held: 16,
  freed: 17,
  /** The session has computed a reply of `sizeBytes` bytes, which is to be sent after it has slept. */
  prepared: 18,
} as const;

/** The name of an event. */
export type TraceEvent = keyof typeof TRACE_EVENT;

/** The memory: a header, and then the records, which are all of one size. */
export const HEADER_BYTES = 64;
export const RECORD_BYTES = 128;
export const RECORD_COUNT = 4_096;
/** Where each field of a record begins. */
export const AT = {
  word: 0,
  event: 4,
  hostLength: 5,
  bytesLength: 6,
  timeMs: 8,
  client: 16,
  sizeBytes: 20,
  port: 24,
  worker: 26,
  host: 28,
  bytes: 80,
};
/** Longest host of a record: an IPv6 address with a zone. */
export const HOST_BYTES = AT.bytes - AT.host;
/** How many of the received bytes a record shows. */
export const SHOWN_BYTES = RECORD_BYTES - AT.bytes;

/** Indices into the header, as 32-bit integers: how many readers there are. */
export const WATCHERS = 0;
/** How many records have been begun. */
export const WRITTEN = 1;
/** The index from which records of messages are left out. */
export const ROOM_UNTIL = 2;
/** The same of `returned` and `handled`, which only some readers want. */
export const STEPS_UNTIL = 3;

/** Added to the number of an event whose writer has left out others before. */
export const AFTER_GAP = 128;

/** The state of a record, in the two lowest bits of its first word; a new one is all zeros. */
export const WRITING = 1;
export const DONE = 2;

/** A record's first word: the index that it is for, of which 30 bits fit, and its state. */
export function word(index: number, state: number): number {
  return index << 2 | state;
}

/** Where the record for `index`, which wraps around at 32 bits, begins. */
export function placeOf(index: number): number {
  return HEADER_BYTES + ((index >>> 0) % RECORD_COUNT) * RECORD_BYTES;
}

/** Size of one ring. */
export const TRACE_BYTES = HEADER_BYTES + RECORD_COUNT * RECORD_BYTES;

/** Memory for one ring. */
export function createTraceMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(TRACE_BYTES);
}

/** Writes records; any number of threads and processes may have one on the same memory. */
export class TraceWriter {
  /** How many readers there are, in an array of one that is always up to date. */
  readonly readers: Int32Array;
  readonly #header: Int32Array;
  readonly #words: Int32Array;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #nowMs: () => number;
  #isAfterGap = false;

  /** @param nowMs the time of its records: all writers of one memory agree on it, however they ask for it */
  constructor(memory: ArrayBufferLike, nowMs = preciseTimeMs) {
    this.#nowMs = nowMs;
    this.#header = new Int32Array(memory, 0, HEADER_BYTES / 4);
    this.readers = this.#header.subarray(WATCHERS, WATCHERS + 1);
    this.#words = new Int32Array(memory);
    this.#view = new DataView(memory);
    this.#bytes = new Uint8Array(memory);
  }

  /** Whether there is a reader. Ask before making the arguments of {@linkcode write}. */
  get watched(): boolean {
    return this.readers[0] > 0;
  }

  /** Whether a reader wants another record of a message. If not, count the message instead. */
  get hasRoom(): boolean {
    return (this.#header[WRITTEN] - this.#header[ROOM_UNTIL] | 0) < 0;
  }

  /**
   * Up to which index there is room for a record of a step: what a loop does between two messages. It
   * grows each time that a reader which wants those has looked.
   */
  get stepsUntil(): number {
    return this.#header[STEPS_UNTIL];
  }

  /** Whether a reader wants another record of a step. */
  get hasRoomForSteps(): boolean {
    return (this.#header[WRITTEN] - this.#header[STEPS_UNTIL] | 0) < 0;
  }

  /** There was no room for a record. */
  leftOut(): void {
    this.#isAfterGap = true;
  }

  /**
   * @param event a number of {@linkcode TRACE_EVENT}
   * @param host the client's, in ASCII
   * @param sizeBytes how many bytes were received or sent
   * @param bytes those that were received, or are the reply; the record keeps the first of them
   * @param worker the number of the writing thread or process
   */
  write(
    event: number,
    client: number,
    host: Uint8Array,
    port: number,
    sizeBytes: number,
    bytes: Uint8Array,
    worker = 0,
  ): void {
    const index = Atomics.add(this.#header, WRITTEN, 1);
    const at = placeOf(index);
    const wordAt = (at + AT.word) / 4;
    const before = Atomics.load(this.#words, wordAt);
    // A writer may be held up in this record since the ring last came round, or take it right now:
    // then this record is lost, and neither is torn.
    if ((before & WRITING) !== 0) return;
    const mine = word(index, WRITING);
    if (Atomics.compareExchange(this.#words, wordAt, before, mine) !== before) return;
    const view = this.#view;
    view.setUint8(at + AT.event, this.#isAfterGap ? event + AFTER_GAP : event);
    this.#isAfterGap = false;
    const hostLength = Math.min(host.length, HOST_BYTES);
    view.setUint8(at + AT.hostLength, hostLength);
    const bytesLength = Math.min(bytes.length, sizeBytes, SHOWN_BYTES);
    view.setUint8(at + AT.bytesLength, bytesLength);
    view.setFloat64(at + AT.timeMs, this.#nowMs(), true);
    view.setUint32(at + AT.client, client, true);
    view.setUint32(at + AT.sizeBytes, sizeBytes, true);
    view.setUint16(at + AT.port, port, true);
    view.setUint16(at + AT.worker, worker, true);
    for (let i = 0; i < hostLength; i++) this.#bytes[at + AT.host + i] = host[i];
    for (let i = 0; i < bytesLength; i++) this.#bytes[at + AT.bytes + i] = bytes[i];
    Atomics.store(this.#words, wordAt, word(index, DONE));
  }
}

/** What is added to `performance.now()`; asked for with the first record, which many a thread never has. */
let offsetMs: number | undefined;
let lastMs = 0;

/**
 * Milliseconds since the epoch, with the microseconds. It stays within the millisecond that `Date.now()`
 * shows, also when the system's time is set or slewed: so threads and processes agree with each other.
 * Within that millisecond it never goes back.
 *
 * @returns with more decimals than are known: see `roundToMicroseconds`
 */
export function preciseTimeMs(): number {
  const monotonicMs = performance.now();
  const wholeMs = Date.now();
  let timeMs = (offsetMs ?? performance.timeOrigin) + monotonicMs;
  if (timeMs < wholeMs) timeMs = wholeMs;
  else if (timeMs >= wholeMs + 1) timeMs = wholeMs + 0.999;
  if (lastMs > timeMs && lastMs < wholeMs + 1) timeMs = lastMs;
  offsetMs = timeMs - monotonicMs;
  return lastMs = timeMs;
}
