import type { OnInterval } from "./intervals.ts";
import type { Measurements } from "./measurements.ts";
import type { FloodOptions } from "./options.ts";

/** A flood, running or ended, on either kind of sockets. */
export interface RunningFlood {
  readonly options: FloodOptions;
  /** Receives what was measured in each second; set it before the flood runs. */
  onInterval: OnInterval | undefined;
  readonly measurements: Measurements;
  /** Connections that are open and were not served yet. */
  readonly waiting: number;
  /** Connections that are open. */
  readonly connected: number;
  /** Resolves when the warm-up is over, or the flood. */
  readonly warm: Promise<void>;
  /** For how long messages were sent, without the warm-up. */
  readonly elapsedMs: number;
  /** Ends the flood early; the second call does not even wait for echoes that are owed. */
  stop(): void;
  /** Opens the connections, talks on them, and resolves when all are closed. */
  run(): Promise<void>;
}
