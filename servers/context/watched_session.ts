import { CostlySession, WrappedSession } from "../handlers/simulated_cost.ts";
import type { Replies, Reply, Session } from "../handlers/session.ts";
import type { Controls } from "../metrics/controls.ts";
import type { Recorder } from "../metrics/recorder.ts";

/** What a session reports. */
type SessionRecorder = Pick<Recorder, "asleep" | "handled" | "prepared" | "tracesSteps">;

/**
 * The session of a server that is watched: its simulated cost can be changed while it runs, and the
 * trace records when replies are computed, and that they sleep. Without a cost it takes one call more.
 */
export class WatchedSession extends WrappedSession {
  readonly #session: Session;
  readonly #controls: Controls;
  readonly #withSimulatedCost: CostlySession;
  readonly #maySleep: boolean;
  readonly #recorder: SessionRecorder;
  readonly #client: number;

  /**
   * @param client the number of the client that the session belongs to
   * @param maySleep whether replies may have a wait even without a simulated cost
   */
  constructor(
    session: Session,
    controls: Controls,
    recorder: SessionRecorder,
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
    this.#recorder = recorder;
    this.#client = client;
  }

  onData(chunk: Uint8Array): Replies {
    const { sleepMs, cpuMs } = this.#controls;
    const isFree = sleepMs === 0 && cpuMs === 0 && !this.#maySleep;
    const replies = (isFree ? this.#session : this.#withSimulatedCost).onData(chunk);
    const { tracesSteps } = this.#recorder;
    return tracesSteps ? new TracedReplies(replies, this.#recorder, this.#client) : replies;
  }
}

/** Replies of which the trace records when each of them is computed. */
class TracedReplies implements Replies {
  #hasReplied = false;

  constructor(
    private readonly replies: Replies,
    private readonly recorder: SessionRecorder,
    private readonly client: number,
  ) {}

  next(): Reply | undefined {
    const reply = this.replies.next();
    const isOver = reply === undefined && this.#hasReplied;
    // One that sleeps first has its own record, since it is handled only when it is sent.
    if (reply !== undefined && reply.waitMs > 0) this.recorder.prepared(this.client, reply.bytes);
    else if (!isOver) this.recorder.handled(this.client, reply?.bytes);
    this.#hasReplied = true;
    return reply;
  }
}
