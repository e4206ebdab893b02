/**
 * What the loop and the threads that run its handler say to each other, and the memory for it.
 *
 * @module
 */

import type { HandlerThreadChannel } from "../../context/protocol.ts";
import { createRing } from "./ring.ts";

/** Kinds of records from the loop to a thread. */
export const REQUEST = {
  /** Bytes of a client. The first of them begin its session. */
  chunk: 1,
  /** All that the thread has answered was sent: there is room for more. */
  goOn: 2,
  /** The client has left. */
  left: 3,
  /** As `left`, to be passed on to the sender, which closes its end. */
  end: 4,
  /** There is a client: the bytes say who. To be passed on to the sender, if there is one. */
  begin: 5,
  /** The client has sent its last byte, and its session may have last words. */
  finish: 6,
} as const;

/** Kinds of records from a thread to the loop, or to the sender, which passes on what concerns the loop. */
export const ANSWER = {
  /** Bytes to send. */
  bytes: 1,
  /** The thread has more for this client once all of these are sent. */
  waits: 2,
  /** That was all that there is to say to the chunk. */
  done: 3,
  /** That was all, and the session closes the connection. */
  closes: 4,
  /** The session has failed: the bytes say why. Of client -3: thread 3 itself has. */
  failed: 5,
  /** For the sender: {@linkcode REQUEST.begin} and {@linkcode REQUEST.end}. */
  begin: 6,
  end: 7,
  /** The sender has done with the client, and its connection can be closed. */
  gone: 8,
  /** The sender cannot send to it. */
  broken: 9,
  /** Of client 0: there is room again for requests, for which the loop has asked. */
  room: 10,
  /** The client does not read: it is to be cut off now, and the bytes say why. */
  abort: 11,
} as const;

/** How many bytes a thread answers to a client before the loop has sent them. */
export const WINDOW_BYTES = 65_536;
/** The most in one record. */
export const MAX_PIECE_BYTES = 32_768;

/** No description of a client for the sender is longer, also when its address is of IPv6. */
const DESCRIPTION_BYTES = 256;

/** Places in the memory that all threads and the loop share, each in a cache line of its own. */
export const SHARED = {
  /** Somebody has woken the loop, which has not looked yet. */
  rung: 0,
  /** How many chunks wait for a thread. */
  queued: 16,
  /** The thread that sends has begun, if there is one. */
  canSend: 32,
} as const;
const SHARED_LENGTH = 48;

/** Places in the memory that a thread and the loop share. */
export const OWN = {
  isReady: 0,
  /** Grows with each request, so that the thread can wait for it. */
  requests: 16,
  /** The thread waits in its event loop, and is to be woken by a message. */
  sleeps: 32,
  /** Of how many clients that have left the thread has heard. */
  left: 48,
} as const;
const OWN_LENGTH = 64;

/** Memory for what all threads share. */
export function createShared(): SharedArrayBuffer {
  return new SharedArrayBuffer(SHARED_LENGTH * Int32Array.BYTES_PER_ELEMENT);
}

/**
 * Memory for a thread.
 *
 * @param recvSizeBytes the longest chunk
 */
export function createChannel(
  shared: SharedArrayBuffer,
  recvSizeBytes: number,
): HandlerThreadChannel {
  return {
    shared,
    own: new SharedArrayBuffer(OWN_LENGTH * Int32Array.BYTES_PER_ELEMENT),
    requests: createRing(Math.max(recvSizeBytes, DESCRIPTION_BYTES)),
    answers: createRing(MAX_PIECE_BYTES),
  };
}
