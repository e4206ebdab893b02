/**
 * The types of a handler in a file of your own, `serve --handler ./mine.js`. There is nothing to run
 * here: an editor reads it, and completes what you write.
 *
 * @example
 * ```ts
 * import type { Handler } from "./handler_file.ts";
 *
 * const greet: Handler = ({ peer }) => ({
 *   open: () => `hello, ${peer}\n`,
 *   receive: (chunk) => chunk,
 * });
 * ```
 *
 * @module
 */

/** The default export of the file: called once for each client, and returns what handles it. */
export type Handler = (context: Context) => Methods;

/** What is called for a client, and when. `receive` alone has to be there. */
export interface Methods {
  /** Called when the client has come. What it gives is sent first, as a greeting. */
  open?(): Answer;
  /** Called with each chunk as the network cut it. Keep the bytes: they are yours. */
  receive(chunk: Uint8Array<ArrayBuffer>): Answer;
  /** How often `tick` is called, in milliseconds; 1,000 unless you say so. */
  tickMs?: number;
  /**
   * Called again and again, for what is sent unasked.
   *
   * @param elapsedMs how long ago the client came, in milliseconds
   */
  tick?(elapsedMs: number): Answer;
  /** Called when the client has sent its last byte. What it gives are the last words. */
  end?(): Answer;
  /**
   * Called when the connection is closed. Nothing can be sent any more.
   *
   * @param reason `end`: all was said. `reset`: the client is gone. `failed`: this handler has thrown.
   */
  close?(reason: "end" | "reset" | "failed"): void;
}

/**
 * What is sent: nothing, one piece, or several one after another. While a promise is pending, the
 * model waits in its own way: `blocking` serves nobody, a thread only its client, a loop everybody.
 */
export type Answer =
  | Piece
  | void
  | null
  | Iterable<Answer>
  | AsyncIterable<Answer>
  | PromiseLike<Answer>;

/** A piece of an answer. */
export type Piece = string | Uint8Array | {
  readonly bytes?: string | Uint8Array;
  /** How long to wait before it is sent, in milliseconds. */
  readonly waitMs?: number;
  /** Whether the connection ends after it. */
  readonly close?: boolean;
};

/** The client, and the others. */
export interface Context {
  /** Counts from 1. Where clients are served by several processes, it is unique in one of them. */
  readonly id: number;
  /** The client's address, `host:port`. */
  readonly peer: string;
  /** What others know the client by: its address, until you say otherwise. */
  name: string;
  /**
   * Sends to the client at any time, in the order of the calls: what you send before an answer has ended
   * goes out before the rest of it. A client to whom more than 1 MB is unsent is let go.
   */
  send(data: string | Uint8Array): void;
  /** Ends the connection when all is sent. */
  close(): void;
  /** From now on the client hears what is said in a room, which is there as soon as somebody is in it. */
  join(room: string): void;
  leave(room: string): void;
  /** Sends to all other clients of the server. */
  broadcast(data: string | Uint8Array): void;
  /** Sends to all others in a room. */
  broadcast(room: string, data: string | Uint8Array): void;
  /** The names of those in a room. */
  members(room: string): string[];
  /** The rooms in which there is somebody. */
  rooms(): string[];
  /**
   * A map of all clients of the server.
   *
   * @throws {Error} in a model that serves in several threads or processes, with the models that can
   */
  readonly shared: Map<string, unknown>;
}
