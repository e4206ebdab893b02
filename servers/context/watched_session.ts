import { CostlySession, WrappedSession } from "../handlers/simulated_cost.ts";
import type { Replies, Session } from "../handlers/session.ts";
import type { Controls } from "../metrics/controls.ts";
import type { Recorder } from "../metrics/recorder.ts";

/**
 * The session of a server that is watched: its simulated cost can be changed while it runs, and the
 * trace records replies that sleep. Without a cost it takes one call more.
 */
export class WatchedSession extends WrappedSession {
  readonly #session: Session;
  readonly #controls: Controls;
  readonly #withSimulatedCost: CostlySession;
  readonly #maySleep: boolean;

  /**
   * @param client the number of the client that the session belongs to
   * @param maySleep whether replies may have a wait even without a simulated cost
   */
  constructor(
    session: Session,
    controls: Controls,
    recorder: Pick<Recorder, "asleep">,
    client: number,
    maySleep: boolean,
  ) {
    super(session);
    this.#session = session;
    this.#controls = controls;
    this.#withSimulatedCost = new CostlySession(
      session,
      controls,
      (ms) => recorder.asleep(client, ms),
    );
    this.#maySleep = maySleep;
  }

  onData(chunk: Uint8Array): Replies {
    const { sleepMs, cpuMs } = this.#controls;
    const isFree = sleepMs === 0 && cpuMs === 0 && !this.#maySleep;
    return (isFree ? this.#session : this.#withSimulatedCost).onData(chunk);
  }
}
