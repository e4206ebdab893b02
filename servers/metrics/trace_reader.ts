/**
 * How the records of a trace are read. The threads that only write load nothing of it.
 *
 * @module
 */

import {
  AFTER_GAP,
  AT,
  DONE,
  HEADER_BYTES,
  placeOf,
  RECORD_BYTES,
  RECORD_COUNT,
  ROOM_UNTIL,
  STEPS_UNTIL,
  TRACE_EVENT,
  type TraceEvent,
  WATCHERS,
  word,
  WRITING,
  WRITTEN,
} from "./trace.ts";

const EVENTS = Object.keys(TRACE_EVENT) as TraceEvent[]; // in order, and keys() forgets the names

/** A record as it is read. */
export interface TraceRecord {
  readonly event: TraceEvent;
  /** Milliseconds since the epoch, and a fraction; the times of one writer never go back. */
  readonly timeMs: number;
  /** Its writer has left out others since its last record: there was no room for them. */
  readonly isAfterGap: boolean;
  /** The number of the client; 0 for events without one. */
  readonly client: number;
  readonly host: string;
  readonly port: number;
  /** The number of the thread or process that serves the client; 0 is the server itself. */
  readonly worker: number;
  /** How many bytes were received or sent; of `dispatched` the process id, and of `asleep` the time. */
  readonly sizeBytes: number;
  /** The first of them. */
  readonly bytes: Uint8Array;
}

/** How often a record is looked at that is not whole, before those after it are read. */
const MAX_READINGS = 5;

/** How many records a reader wants between two looks, unless it says so. */
const USUAL_ROOM = RECORD_COUNT / 2;

/** Reads records in order, from the moment it is made. */
export class TraceReader {
  readonly #header: Int32Array;
  readonly #words: Int32Array;
  readonly #memory: ArrayBufferLike;
  readonly #decoder = new TextDecoder();
  #next: number;
  /** The last record that was not whole, and how often in turn. */
  #unfinished = -1;
  #readings = 0;

  /**
   * @param room how many records the reader wants until its first look
   * @param wantsSteps whether that includes `returned` and `handled`
   */
  constructor(memory: ArrayBufferLike, room = USUAL_ROOM, private readonly wantsSteps = false) {
    this.#memory = memory;
    this.#header = new Int32Array(memory, 0, HEADER_BYTES / 4);
    this.#words = new Int32Array(memory);
    this.#next = Atomics.load(this.#header, WRITTEN);
    this.makeRoom(room);
    Atomics.add(this.#header, WATCHERS, 1);
  }

  /** Stops reading; with the last reader, writing stops too. */
  close(): void {
    Atomics.sub(this.#header, WATCHERS, 1);
  }

  /**
   * The records since the last call, and how many were overwritten before they could be read.
   *
   * @param room how many records the reader wants until the next call
   * @param isLast whether nobody writes any more, so that what is not whole never will be
   */
  read(room = USUAL_ROOM, isLast = false): { records: TraceRecord[]; lost: number } {
    const written = Atomics.load(this.#header, WRITTEN);
    this.makeRoom(room, written);
    const records: TraceRecord[] = [];
    const behind = (written - this.#next) >>> 0; // indices wrap around
    let lost = Math.max(0, behind - RECORD_COUNT);
    this.#next = (this.#next + lost) | 0;
    for (; this.#next !== written; this.#next = (this.#next + 1) | 0) {
      const record = this.#readOne(this.#next);
      if (record === "unfinished" && !isLast && !this.#isGivenUp()) break;
      if (typeof record === "string") lost++;
      else records.push(record);
    }
    return { records, lost };
  }

  /**
   * Makes room at once, and not at the next look. Another reader may want more.
   *
   * @param room how many records the reader wants from now on
   */
  makeRoom(room: number, written = Atomics.load(this.#header, WRITTEN)): void {
    const until = written + room | 0;
    for (const place of this.wantsSteps ? [ROOM_UNTIL, STEPS_UNTIL] : [ROOM_UNTIL]) {
      const before = Atomics.load(this.#header, place);
      if ((until - before | 0) > 0) Atomics.store(this.#header, place, until);
    }
  }

  #readOne(index: number): TraceRecord | "unfinished" | "lost" {
    const at = placeOf(index);
    const wordAt = (at + AT.word) / 4;
    const before = Atomics.load(this.#words, wordAt);
    if (before === word(index, WRITING)) return "unfinished";
    if (before !== word(index, DONE)) {
      const isNewer = (before - word(index, 0) | 0) > 0 && before !== 0;
      return isNewer ? "lost" : "unfinished";
    }
    const bytes = new Uint8Array(this.#memory, at, RECORD_BYTES).slice();
    if (Atomics.load(this.#words, wordAt) !== before) return "lost";
    return this.#parse(bytes);
  }

  /**
   * Whether the next record was met too often while it was not whole. A writer that is held up in it will
   * finish it; one that was killed will not, and all others would wait.
   */
  #isGivenUp(): boolean {
    if (this.#unfinished !== this.#next) this.#readings = 0;
    this.#unfinished = this.#next;
    return ++this.#readings > MAX_READINGS;
  }

  #parse(bytes: Uint8Array<ArrayBuffer>): TraceRecord {
    const view = new DataView(bytes.buffer);
    const event = view.getUint8(AT.event);
    return {
      event: EVENTS[event % AFTER_GAP],
      isAfterGap: event >= AFTER_GAP,
      timeMs: view.getFloat64(AT.timeMs, true),
      client: view.getUint32(AT.client, true),
      host: this.#decoder.decode(
        bytes.subarray(AT.host, AT.host + view.getUint8(AT.hostLength)),
      ),
      port: view.getUint16(AT.port, true),
      worker: view.getUint16(AT.worker, true),
      sizeBytes: view.getUint32(AT.sizeBytes, true),
      bytes: bytes.subarray(AT.bytes, AT.bytes + view.getUint8(AT.bytesLength)),
    };
  }
}
