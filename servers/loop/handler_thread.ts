/**
 * A thread that runs the handler for clients whose sockets another thread has, as it sees itself.
 *
 * @module
 */

import type { Connection } from "../sockets/interface.ts";
import type { Client } from "./clients.ts";
import type { ClientState } from "./client_state.ts";

/** A client as its thread sees it, whose socket is the way to the loop. */
export type ThreadsClient = Client<Pick<Connection, "trySend" | "turn">>;

/**
 * What a thread is to do for a client.
 *
 * - `begun`: its session has begun
 * - `chunk`: some of its bytes have come
 * - `room`: the loop has sent what it was given, so that there is room again
 * - `ended`: it has sent its last byte
 */
export interface Task {
  readonly client: ThreadsClient;
  readonly kind: "begun" | "chunk" | "room" | "ended";
  /** Empty unless it is a `chunk`. */
  readonly chunk: Uint8Array;
}

/** A thread that runs the handler, as it sees itself. */
export interface HandlerThread {
  /**
   * Waits until there is something to do or `timeoutMs` is over (`Infinity`: no limit).
   *
   * @returns some of what there is to do
   * @throws {unknown} what the code of a handler has thrown from a timer or a promise
   */
  wait(timeoutMs: number): Iterable<Task> | Promise<Iterable<Task>>;
  /** Ends the wait that is under way: there is something else to do. */
  interruptWait(): void;
  /** Takes one step with a client, and tells the loop where that has led. */
  advance(client: ThreadsClient, step: () => ClientState): void;
}
