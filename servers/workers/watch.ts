import { WatchedSession } from "../context/watched_session.ts";
import type { Handler } from "../handlers/session.ts";
import { Controls } from "../metrics/controls.ts";
import { createStatsMemory } from "../metrics/counters.ts";
import { openMemory, type SharedMemory } from "../metrics/memory.ts";
import { NOTHING_RARE } from "../metrics/rare_recorder.ts";
import { Recorder } from "../metrics/recorder.ts";
import { TraceWriter } from "../metrics/trace.ts";

/** A client's thread of a server that is watched. Load this module only where there is one. */
export class Watch {
  readonly controls: Controls;

  /**
   * @param controls the memory of the controls, which hold the simulated cost
   * @param maySleep whether replies may have a wait even without one
   */
  constructor(controls: SharedMemory, private readonly maySleep: boolean) {
    this.controls = new Controls(openMemory(controls));
  }

  /**
   * A handler whose sessions obey the controls.
   */
  handler(handler: Handler, recorder: Recorder): Handler {
    const { controls, maySleep } = this;
    return (client) => new WatchedSession(handler(client), controls, recorder, client.id, maySleep);
  }
}

/** Writes to the trace only, for a thread whose bytes another one moves and counts. */
export function traceRecorder(trace: SharedMemory, number: number): Recorder {
  return new Recorder(
    createStatsMemory(),
    new TraceWriter(openMemory(trace)),
    NOTHING_RARE,
    0,
    number,
  );
}
