/**
 * What a child process and its parent have agreed on.
 *
 * @module
 */

import type { Address } from "../sockets/interface.ts";

/** What a child writes, before anything of its client's, when it can serve. */
export const READY_BYTE = 0x06; // ACK
/** What a child that was sent its client's socket writes when it has it. */
export const RECEIVED_BYTE = 0x07;

/** With what a child ends whose client was silent for too long; the handler's faults end it with 1. */
export const SILENT_STATUS = 3;

/** Descriptors that a child inherits where sockets can be inherited. */
export const CHILD_DESCRIPTORS = { input: 0, output: 1, memory: 3 };

/** The signal that tells a child to end its client; it is blocked until the child can take it. */
export const FINISH_SIGNAL = "SIGTERM";

/** What a child must know of its client, and where it counts. */
export interface ChildClient {
  readonly id: number;
  readonly peer: Address;
  readonly block: number;
}

/** What a child with its client's socket is told at its start. */
export interface InheritedOptions {
  readonly parentPid: number;
  /** How many blocks of counters there are. */
  readonly blocks: number;
  readonly isWatched: boolean;
  /** Its client; one that has none yet is sent it. */
  readonly client: ChildClient | null;
}
