/**
 * What is done with a client's bytes, whatever the model that moves them.
 *
 * @module
 */

/** One answer to a client. */
export interface Answer {
  /**
   * What to send; may be empty. May be a view of the chunk that was received, so whoever keeps it
   * beyond the next `recv` copies it.
   */
  readonly bytes: Uint8Array;
  /** How long to wait before it is sent. How to wait is up to the model. */
  readonly waitMs: number;
  /** Whether the connection ends after this answer. */
  readonly close: boolean;
}

/** What a handler knows of one client. */
export interface Session {
  /**
   * Takes a chunk as it came and gives the answers to it in order, each made when it is asked for:
   * a chunk of a few bytes may ask for megabytes, and they need not exist all at once.
   */
  receive(chunk: Uint8Array): Iterable<Answer>;
}

/** Begins a session for a new client. */
export type Handler = () => Session;

/** An answer that is sent at once. */
export function answerWith(bytes: Uint8Array, close = false): Answer {
  return { bytes, waitMs: 0, close };
}
