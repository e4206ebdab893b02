import { Outbox } from "./outbox.ts";
import type { Reply } from "./replies.ts";

/**
 * What a handler sends unasked, in the order of its calls: what it sends while it makes an answer goes out
 * before the rest of that answer, and at once while the answer waits for a promise.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Outbox } from "./outbox.ts";
 * import { replyWith } from "./replies.ts";
 * const sends = new OrderedSends(new Outbox());
 * function* answer() {
 *   sends.put(Uint8Array.of(1));
 *   yield replyWith(Uint8Array.of(2));
 *   sends.put(Uint8Array.of(3));
 * }
 * const sent = [...sends.among(answer())].map(({ bytes }) => bytes[0]);
 * assertEquals(sent, [1, 2, 3]);
 * ```
 */
export class OrderedSends {
  readonly #outbox: Outbox;
  /** What is sent while an answer is made. */
  readonly #meanwhile = new Outbox();
  #isAnswering = false;

  /** @param outbox where all goes that is sent at another time */
  constructor(outbox: Outbox) {
    this.#outbox = outbox;
    this.#meanwhile.onFull = () => outbox.overflow();
  }

  /** Adds what is to be sent, see {@linkcode Outbox.put}. */
  put(item: Uint8Array): void {
    (this.#isAnswering ? this.#meanwhile : this.#outbox).put(item);
  }

  /** The replies of an answer, and among them what is sent while they are made. */
  *among(answer: Iterator<Reply>): Generator<Reply> {
    this.#isAnswering = true;
    try {
      for (;;) {
        const { value, done } = answer.next();
        yield* this.#sent();
        if (done) return;
        if (value.until === undefined) yield value;
        else yield* this.#whileWaiting(value, value.until);
      }
    } finally {
      this.#isAnswering = false;
    }
  }

  *#whileWaiting(waiting: Reply, until: Promise<void>): Generator<Reply> {
    let isPending = true;
    let wake = () => {};
    until.then(() => {
      isPending = false;
      wake();
    });
    for (let hasSent = true; isPending && hasSent;) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#meanwhile.onWaiting = wake = resolve;
      yield { ...waiting, until: promise };
      hasSent = this.#meanwhile.isWaiting;
      yield* this.#sent();
    }
  }

  *#sent(): Generator<Reply> {
    for (let reply; (reply = this.#meanwhile.next()) !== undefined;) yield reply;
  }
}
