import type { Measurements } from "./measurements.ts";

/** A flood that goes on, or has ended, whatever its sockets are. */
export interface RunningFlood {
  readonly measurements: Measurements;
  /** Connections that are open and were not served yet. */
  readonly waiting: number;
  /** Connections that are open. */
  readonly connected: number;
  /** Resolves when the warm-up is over, or the flood. */
  readonly warm: Promise<void>;
  /** For how long messages were sent, the warm-up left aside. */
  readonly elapsedMs: number;
  /** Ends the flood before its time; when called again, without waiting for what is owed. */
  stop(): void;
  /** Opens the connections, talks on them, and resolves when all are closed. */
  run(): Promise<void>;
}
