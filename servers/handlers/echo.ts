import { type Answer, type Answers, type Session } from "./session.ts";

const NOTHING: Uint8Array = new Uint8Array(0);

/** Sends back what came. */
export function echo(): Session {
  return new Echo();
}

/**
 * The session, its answers and its only answer in one object, which serves for the client's whole
 * life: the next chunk comes after this one was sent.
 */
class Echo implements Session, Answers, Answer {
  bytes = NOTHING;
  readonly waitMs = 0;
  readonly close = false;
  #isTaken = true;

  receive(chunk: Uint8Array): this {
    this.bytes = chunk;
    this.#isTaken = false;
    return this;
  }

  take(): this | undefined {
    if (this.#isTaken) return undefined;
    this.#isTaken = true;
    return this;
  }
}
