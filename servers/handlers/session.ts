/**
 * A handler turns a client's bytes into replies, whatever the model that moves them.
 *
 * @module
 */

import type { Address } from "../sockets/interface.ts";
import type { Outbox } from "./outbox.ts";
import type { Replies } from "./replies.ts";
import type { Rooms } from "./rooms.ts";

export * from "./generated_replies.ts";
export * from "./replies.ts";

/** A handler's state for one client. */
export interface Session {
  /**
   * Takes a chunk as it came, and gives the replies to it in order. Each is made when it is asked
   * for: a chunk of a few bytes may ask for megabytes, which need not all be in memory at once.
   */
  onData(chunk: Uint8Array): Replies;
  /** What the client is sent unasked, such as a greeting. A session that only answers has none. */
  readonly outbox?: Outbox;
  /**
   * The last words, when the client has sent its last byte, or is to be let go by the server. They are
   * sent as far as the client still reads.
   */
  onEnd?: (this: void) => Replies;
  /** The connection is closed. Called once, and gives nothing: there is nobody to send to. */
  onClose?: (this: void, reason: CloseReason) => void;
}

/**
 * Why a connection was closed.
 *
 * - `end`: the client has sent its last byte, a reply said so, or the server let it go
 * - `reset`: the client is gone, or was cut off
 * - `failed`: the handler has thrown
 */
export type CloseReason = "end" | "reset" | "failed";

/** Who a session is for, and the others. */
export interface HandlerClient {
  /** Counts from 1, and is never used again. Of models that serve in other processes, unique there only. */
  readonly id: number;
  readonly peer: Address;
  /** Where clients of this server meet. */
  readonly rooms: Rooms;
}

/** Begins a session for a new client. */
export type Handler = (client: HandlerClient) => Session;
