/**
 * What a child process and its parent say to each other.
 *
 * @module
 */

import type { ProcessMemorySizes } from "../metrics/process_memory.ts";
import type { NumberedClient } from "./libc/own_client.ts";

/** A child writes it, before any byte for its client, when it can serve. */
export const READY_BYTE = 0x06; // ACK

/** The exit status of a child whose client was silent for too long; a handler that fails gives 1. */
export const SILENT_STATUS = 3;

/** Descriptors that a child inherits where sockets can be inherited. */
export const CHILD_DESCRIPTORS = { input: 0, output: 1, memory: 3, rooms: 4 };

/** The signal at which a child ends its client; it is blocked until the child can handle it. */
export const FINISH_SIGNAL = "SIGTERM";

/** The options of a child that inherits its client's socket. */
export interface InheritedOptions {
  readonly parentPid: number;
  readonly memory: ProcessMemorySizes;
  readonly isWatched: boolean;
  readonly client: NumberedClient;
  /** Whether it inherits a socket to the rooms of the other children. */
  readonly hasRooms: boolean;
}
