import type { TraceEvent, TraceRecord } from "../metrics/trace.ts";
import type { Call, CallCounts } from "./frames.ts";

/** The call that each event ends. */
const ENDED: Readonly<Partial<Record<TraceEvent, Call>>> = {
  accepted: "accept",
  received: "recv",
  asleep: "handle",
  sent: "send",
};

/** The call after each event where a thread has its client to itself. Other events end the client. */
const NEXT: Readonly<Partial<Record<TraceEvent, Call>>> = {
  accepted: "recv",
  dispatched: "recv",
  asleep: "sleep",
  sent: "recv",
  blocked: "send",
};

const NONE: CallCounts = { accept: 0, wait: 0, recv: 0, handle: 0, sleep: 0, send: 0 };

/** Infers from the trace where in its code a server is. */
export class CodePosition {
  #call: Call;
  #counts: Record<Call, number> = { ...NONE };
  readonly #idle: Call;

  /** @param hasLoop whether the model has a loop that waits for all clients at once */
  constructor(private readonly hasLoop: boolean) {
    this.#idle = hasLoop ? "wait" : "accept";
    this.#call = this.#idle;
  }

  /** The call that the server is in. */
  get call(): Call {
    return this.#call;
  }

  /** Applies a record of the trace. */
  apply({ event }: TraceRecord): void {
    const ended = ENDED[event];
    if (ended !== undefined) this.#counts[ended]++;
    if (event === "received") this.#counts.handle++;
    if (event === "asleep") this.#counts.sleep++;
    this.#call = this.#after(event);
  }

  /** Counts calls that have no records. */
  add(counts: Partial<CallCounts>): void {
    for (const [call, count] of Object.entries(counts)) this.#counts[call as Call] += count;
  }

  /** Returns the counts since the last call. */
  takeCounts(): CallCounts {
    const counts = this.#counts;
    this.#counts = { ...NONE };
    return counts;
  }

  #after(event: TraceEvent): Call {
    if (event === "received") return "handle";
    const next = NEXT[event];
    return next === undefined ? this.#idle : this.hasLoop ? "wait" : next;
  }
}
