import type { Replies, Reply, Session } from "./session.ts";

const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * Sends back what came.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const chunk = new TextEncoder().encode("hello");
 * assertEquals(echo().onData(chunk).next()?.bytes, chunk);
 * ```
 */
export function echo(): Session {
  return new Echo();
}

/**
 * The session, its replies and its only reply in one object, which serves for the client's whole
 * life: the next chunk comes after this one was sent.
 */
class Echo implements Session, Replies, Reply {
  bytes = NOTHING;
  readonly waitMs = 0;
  readonly close = false;
  #isGiven = true;

  onData(chunk: Uint8Array): this {
    this.bytes = chunk;
    this.#isGiven = false;
    return this;
  }

  next(): this | undefined {
    if (this.#isGiven) return undefined;
    this.#isGiven = true;
    return this;
  }
}
