import { ACTIVITIES, type Call, type CallCounts, type Phase } from "./frames.ts";
import type { LanePlan } from "./lane_tracker.ts";

const NONE: CallCounts = { accept: 0, wait: 0, recv: 0, handle: 0, sleep: 0, send: 0 };

/** Where in its code a server is, by what its lanes do. */
export class CodePosition {
  #call: Call;
  #sinceMs = 0;
  #counts: Record<Call, number> = { ...NONE };

  constructor(private readonly plan: LanePlan) {
    this.#call = plan.hasReturns || plan.polls ? "wait" : "accept";
  }

  /** The call that the server is in. */
  get call(): Call {
    return this.#call;
  }

  /** Applies what lanes have done. */
  apply(phases: readonly Phase[]): void {
    for (const phase of phases) {
      const [timeMs, , activity, client] = phase;
      const call = this.#callOf(phase);
      if (call === undefined) continue;
      if (ACTIVITIES[activity] === call && (client > 0 || call === "accept")) this.#counts[call]++;
      if (timeMs >= this.#sinceMs) [this.#call, this.#sinceMs] = [call, timeMs];
    }
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

  #callOf([, , activity, client]: Phase): Call | undefined {
    const name = ACTIVITIES[activity];
    switch (name) {
      case "wait":
      case "ended": // a thread without a client: its server is in accept
        return this.plan.hasReturns ? "wait" : this.plan.isExclusive ? "accept" : "recv";
      case "sleep": // between two rounds
        return client === 0 ? "wait" : name;
      case "dispatch":
      case "untraced":
      case "held":
        return undefined;
      default:
        return name;
    }
  }
}
