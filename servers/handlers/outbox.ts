import type { Interrupting } from "../sockets/interface.ts";
import { type Replies, type Reply, replyWith } from "./replies.ts";

const NOTHING = new Uint8Array(0);
/** What one client may have unsent in its outbox, in bytes, before it is let go. */
export const OUTBOX_LIMIT_BYTES = 1_048_576;

/**
 * What a client is sent unasked: a greeting, and what others say to it. The model that serves the client
 * sends it when it owes the client nothing else.
 *
 * A client that does not read would fill memory without end, so an outbox is bounded. One that is full
 * lets its client go.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const outbox = new Outbox();
 * let calls = 0;
 * outbox.onWaiting = () => calls++; // a model wakes the thread that serves the client
 * outbox.put(Uint8Array.of(1));
 * outbox.put(Uint8Array.of(2));
 * assertEquals(calls, 1);
 * assertEquals(outbox.next()?.bytes, Uint8Array.of(1));
 * assertEquals(outbox.isWaiting, true);
 * ```
 */
export class Outbox implements Replies, Interrupting {
  #queue: (Uint8Array | Replies)[] = [];
  #first = 0;
  #sizeBytes = 0;
  #isFull = false;
  #onWaiting = () => {};

  /** Called when the outbox is full, which it stays. The model ends the client's connection. */
  onFull: (limitBytes: number) => void = () => {};

  /** Called when there is something to be sent and there was nothing before. */
  get onWaiting(): () => void {
    return this.#onWaiting;
  }

  set onWaiting(callback: () => void) {
    this.#onWaiting = callback;
    if (this.isWaiting) callback();
  }

  /** Whether there is something to be sent. */
  get isWaiting(): boolean {
    return this.#first < this.#queue.length;
  }

  /**
   * Adds what is to be sent.
   *
   * @param item replies are made when their turn has come; bytes are not copied, so they must not change
   */
  put(item: Uint8Array | Replies): void {
    if (this.#isFull) return;
    const wasWaiting = this.isWaiting;
    this.#queue.push(item);
    if (item instanceof Uint8Array) this.#sizeBytes += item.length;
    if (this.#sizeBytes > OUTBOX_LIMIT_BYTES) this.overflow();
    else if (!wasWaiting) this.#onWaiting();
  }

  /** Makes it full, as if too much had been put in. */
  overflow(): void {
    if (this.#isFull) return;
    this.#isFull = true;
    this.#queue.length = this.#first = 0;
    this.onFull(OUTBOX_LIMIT_BYTES);
  }

  /** Takes out what was put in first. */
  next(): Reply | undefined {
    for (; this.isWaiting; this.#drop()) {
      const item = this.#queue[this.#first];
      if (item instanceof Uint8Array) {
        this.#sizeBytes -= item.length;
        this.#drop();
        return replyWith(item);
      }
      const reply = item.next();
      if (reply !== undefined) return reply;
    }
    return undefined;
  }

  /** A client that is always a little behind never has an empty queue, so what was sent goes out of it. */
  #drop(): void {
    this.#queue[this.#first++] = NOTHING;
    if (this.#first === this.#queue.length) this.#queue.length = this.#first = 0;
    else if (this.#first > this.#queue.length / 2) {
      this.#queue.splice(0, this.#first);
      this.#first = 0;
    }
  }
}
