/**
 * Where the memory of a trace has what: a header, and then the records, which are all of one size.
 *
 * @module
 */

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
