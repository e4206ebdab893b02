import { allReplies, GeneratedReplies, type Replies, type Reply } from "./session.ts";
import type { Handler, Session } from "./session.ts";

/** What a handler is made to cost, to see how a model bears it. */
export interface SimulatedCost {
  /** Waiting before each reply, as for a database. */
  readonly sleepMs: number;
  /** CPU time burned for each chunk that arrives. */
  readonly cpuMs: number;
}

/**
 * A handler that costs time besides its work; with a cost of 0, `handler` itself.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { echo } from "./echo.ts";
 * const session = withSimulatedCost(echo, { sleepMs: 100, cpuMs: 0 })();
 * assertEquals(session.onData(new Uint8Array(3)).next()?.waitMs, 100);
 * ```
 */
export function withSimulatedCost(handler: Handler, simulatedCost: SimulatedCost): Handler {
  if (simulatedCost.sleepMs === 0 && simulatedCost.cpuMs === 0) return handler;
  return (client) => new CostlySession(handler(client), simulatedCost);
}

/**
 * A session that is that of the handler in all but how it answers.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { OneReply } from "./session.ts";
 * const silent = { onData: () => new OneReply(), onClose() {} };
 * class Mine extends WrappedSession {
 *   onData = silent.onData;
 * }
 * assertEquals(new Mine(silent).onClose, silent.onClose);
 * ```
 */
export abstract class WrappedSession implements Session {
  readonly outbox: Session["outbox"];
  readonly onEnd: Session["onEnd"];
  readonly onClose: Session["onClose"];

  constructor({ outbox, onEnd, onClose }: Session) {
    this.outbox = outbox;
    this.onEnd = onEnd;
    this.onClose = onClose;
  }

  abstract onData(chunk: Uint8Array): Replies;
}

/** A session that costs time besides its work. The cost is read anew for each chunk. */
export class CostlySession extends WrappedSession {
  /** @param onSleep is called before each reply that waits, with the whole of its wait */
  constructor(
    private readonly session: Session,
    private readonly simulatedCost: SimulatedCost,
    private readonly onSleep?: (ms: number) => void,
  ) {
    super(session);
  }

  onData(chunk: Uint8Array): Replies {
    return new GeneratedReplies(this.#replies(chunk));
  }

  *#replies(chunk: Uint8Array): Generator<Reply> {
    const { sleepMs, cpuMs } = this.simulatedCost;
    if (cpuMs > 0) burn(cpuMs);
    for (const reply of allReplies(this.session.onData(chunk))) {
      const waitMs = reply.waitMs + sleepMs;
      if (waitMs > 0 && reply.until === undefined) this.onSleep?.(waitMs);
      yield { ...reply, waitMs };
    }
  }
}

/** Keeps this thread's CPU busy. */
function burn(cpuMs: number): void {
  const end = performance.now() + cpuMs;
  while (performance.now() < end);
}
