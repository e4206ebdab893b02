/**
 * What a connection of the `libc` socket kind needs of those around it.
 *
 * @module
 */

import type { DescriptorTable } from "./descriptor_table.ts";
import type { Observer } from "../interface.ts";
import type { LibcConnection } from "./connection.ts";
import type { ReceiveBuffer } from "./receive_buffer.ts";
import type { SystemCalls } from "../../system/system_calls.ts";

/** What a connection needs of the thread that it lives in. */
export interface ConnectionContext {
  readonly calls: SystemCalls;
  readonly observer: Observer;
  readonly table: DescriptorTable;
  /** The number of the thread, which a call on a connection may block. */
  readonly thread: number;
  /** Grows with each wait for several connections: how much one of them may move begins anew. */
  readonly turn: number;
  /** Has the thread's readiness call look at what the system knows nothing of. */
  wake(): void;
  /** Where `tryRecv` receives for all connections of the thread. */
  readonly buffer: ReceiveBuffer;
  /** The descriptor is about to be closed. */
  closing(fd: number): void;
  /** The descriptor is free again. */
  released(connection: LibcConnection): void;
  /** Looks after a connection that is closed, until {@linkcode LibcConnection.lookForEnd} is done. */
  linger(connection: LibcConnection, untilMs: number): void;
}

/** An edge-triggered interest list. */
export interface EdgeTriggeredList {
  /** Reports the descriptor anew if it is still ready: it was left before it would have blocked. */
  lookAgain(fd: number): void;
}
