import { type Answer, type Answers, GeneratedAnswers } from "./session.ts";
import { type Handler, type Session, takeAll } from "./session.ts";

/** What a handler is made to cost, to see how a model bears it. */
export interface SimulatedCost {
  /** Waiting before each answer, as for a database. */
  readonly sleepMs: number;
  /** CPU time burned for each chunk that arrives. */
  readonly cpuMs: number;
}

/** `handler` with a burden on it; without one, `handler` itself. */
export function withSimulatedCost(handler: Handler, simulatedCost: SimulatedCost): Handler {
  if (simulatedCost.sleepMs === 0 && simulatedCost.cpuMs === 0) return handler;
  return () => new CostlySession(handler(), simulatedCost);
}

/** A session with a burden on it, which may be another one for each chunk. */
export class CostlySession implements Session {
  readonly #session: Session;
  readonly #simulatedCost: SimulatedCost;
  readonly #onSleep: ((ms: number) => void) | undefined;

  /** @param onSleep is called before each answer that is to be waited for */
  constructor(session: Session, simulatedCost: SimulatedCost, onSleep?: (ms: number) => void) {
    this.#session = session;
    this.#simulatedCost = simulatedCost;
    this.#onSleep = onSleep;
  }

  receive(chunk: Uint8Array): Answers {
    return new GeneratedAnswers(this.#answers(chunk));
  }

  *#answers(chunk: Uint8Array): Generator<Answer> {
    const { sleepMs, cpuMs } = this.#simulatedCost;
    if (cpuMs > 0) burn(cpuMs);
    for (const answer of takeAll(this.#session.receive(chunk))) {
      const waitMs = answer.waitMs + sleepMs;
      if (waitMs > 0) this.#onSleep?.(waitMs);
      yield { ...answer, waitMs };
    }
  }
}

/** Keeps this thread's CPU busy. */
function burn(cpuMs: number): void {
  const end = performance.now() + cpuMs;
  while (performance.now() < end);
}
