import { Outbox } from "./outbox.ts";
import { OneReply, type Replies, replyWith, type Session } from "./session.ts";

const GREETING = new TextEncoder().encode("*");
const [BEGIN, END] = [0x5e, 0x24]; // ^ and $

/**
 * The protocol of Eli Bendersky's articles on concurrent servers: the server speaks first, a `*`. Then
 * it sends back what stands between `^` and `$`, each byte plus one. All other bytes are ignored.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const session = star();
 * assertEquals(session.outbox?.next()?.bytes, new TextEncoder().encode("*"));
 * const reply = session.onData(new TextEncoder().encode("hi ^abc$ ^HAL")).next();
 * assertEquals(new TextDecoder().decode(reply?.bytes), "bcdIBM");
 * ```
 */
export function star(): Session {
  return new Star();
}

class Star implements Session {
  readonly outbox = new Outbox();
  #isInMessage = false;

  constructor() {
    this.outbox.put(GREETING);
  }

  onData(chunk: Uint8Array): Replies {
    const answer = new Uint8Array(chunk.length);
    let length = 0;
    for (const byte of chunk) {
      if (!this.#isInMessage) this.#isInMessage = byte === BEGIN;
      else if (byte === END) this.#isInMessage = false;
      else answer[length++] = byte + 1; // 255 becomes 0
    }
    return new OneReply(length === 0 ? undefined : replyWith(answer.subarray(0, length)));
  }
}
