/**
 * The messages between a flood on the system's own calls and its threads.
 *
 * @module
 */

import type { SocketAddress } from "../../../servers/sockets/libc/socket_address.ts";
import type { PackedMeasurements } from "../measurements.ts";
import type { FloodOptions } from "../options.ts";

/**
 * The words that all threads share: how often the flood was stopped, how many threads are done, and how
 * many connections were answered for the first time or have failed before.
 */
export const SHARED = { stops: 0, done: 1, outcomes: 2 } as const;

/** What a thread needs to begin. */
export interface ThreadSetup {
  readonly options: FloodOptions;
  /** The addresses of the server, in the order in which they are tried. */
  readonly destinations: readonly SocketAddress[];
  /** Which of the threads this is, from 0 on, and how many there are. */
  readonly thread: number;
  readonly threads: number;
  /** Becomes readable with each stop, and when no outcome is awaited any more, eventfd(2). */
  readonly waker: number;
  /** When the flood began, by the clock of all threads. */
  readonly startedMs: number;
  /** {@linkcode SHARED} */
  readonly shared: SharedArrayBuffer;
}

/** How far a thread is with its part of the flood: at intervals, and at the end. */
export interface ThreadReport {
  readonly connected: number;
  readonly waiting: number;
  readonly elapsedMs: number;
  readonly isWarm: boolean;
  /** What was measured since the last report, from when to when since the flood began. */
  readonly slice: PackedMeasurements;
  readonly fromMs: number;
  readonly toMs: number;
  /** Whether that was before the end of the warm-up. */
  readonly isWarmup: boolean;
}

/** What a thread says. */
export type FromThread =
  | { readonly kind: "ready" }
  | { readonly kind: "report" | "ended"; readonly report: ThreadReport }
  | { readonly kind: "failed"; readonly call: string; readonly errno: number };
