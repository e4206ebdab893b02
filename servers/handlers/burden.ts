import { type Answer, GeneratedAnswers, type Handler, type Session, takeAll } from "./session.ts";

/** What a handler is made to cost, to see how a model bears it. */
export interface Burden {
  /** Waiting before each answer, as for a database. */
  readonly sleepMs: number;
  /** CPU time burned for each chunk that arrives. */
  readonly cpuMs: number;
}

/** `handler` with a burden on it; without one, `handler` itself. */
export function burdened(handler: Handler, { sleepMs, cpuMs }: Burden): Handler {
  if (sleepMs === 0 && cpuMs === 0) return handler;
  return () => {
    const session = handler();
    return { receive: (chunk) => new GeneratedAnswers(withBurden(session, chunk)) };
  };

  function* withBurden(session: Session, chunk: Uint8Array): Generator<Answer> {
    if (cpuMs > 0) burn(cpuMs);
    for (const answer of takeAll(session.receive(chunk))) {
      yield { ...answer, waitMs: answer.waitMs + sleepMs };
    }
  }
}

/** Keeps this thread's CPU busy. */
function burn(cpuMs: number): void {
  const end = performance.now() + cpuMs;
  while (performance.now() < end);
}
