/**
 * What a child process and its parent say to each other.
 *
 * @module
 */

import type { Address } from "../sockets/interface.ts";

/** A child writes it, before any byte for its client, when it can serve. */
export const READY_BYTE = 0x06; // ACK
/** A child that was sent its client's socket writes it when the socket has arrived. */
export const RECEIVED_BYTE = 0x07;

/** The exit status of a child whose client was silent for too long; a handler that fails gives 1. */
export const SILENT_STATUS = 3;

/** Descriptors that a child inherits where sockets can be inherited. */
export const CHILD_DESCRIPTORS = { input: 0, output: 1, memory: 3 };

/** The signal at which a child ends its client; it is blocked until the child can handle it. */
export const FINISH_SIGNAL = "SIGTERM";

/** A client as its child knows it, and the block of counters that the child writes. */
export interface ChildClient {
  readonly id: number;
  readonly peer: Address;
  readonly block: number;
}

/** The options of a child that inherits its client's socket. */
export interface InheritedOptions {
  readonly parentPid: number;
  /** How many blocks of counters there are. */
  readonly blocks: number;
  readonly isWatched: boolean;
  /** Its client; `null` for a spare child, to which a client is sent later. */
  readonly client: ChildClient | null;
}
