import type { Measurements } from "./measurements.ts";
import { EchoCheck, Sequence } from "./messages.ts";
import type { FloodOptions } from "./options.ts";
import { SendTimes } from "./send_times.ts";

/**
 * What one connection sends and gets back, and what that means for the measurements of its flood. How
 * the bytes travel is the affair of others.
 */
export class Exchange {
  readonly #wait: boolean;
  readonly #measurements: Measurements;
  readonly #sequence: Sequence;
  readonly #check: EchoCheck;
  readonly #sendTimes: SendTimes;
  #sent = 0;
  /** Bytes that were sent, or are about to be, and have not come back yet. */
  #owedBytes = 0;
  #nowMs = 0;
  #isServed = false;
  /** The last message was sent: from now on the server may end the connection. */
  isLastSent = false;

  /**
   * @param seed makes the messages of this connection others than those of the next
   * @param nowMs the time on the clock that is used from here on
   */
  constructor(seed: number, options: FloodOptions, measurements: Measurements, nowMs?: number) {
    this.#wait = options.wait;
    this.#measurements = measurements;
    this.#sequence = new Sequence(options.repertoire, seed);
    this.#check = new EchoCheck(new Sequence(options.repertoire, seed));
    this.#sendTimes = new SendTimes(options.rate, nowMs);
  }

  /** Whether a message has come back, which means that somebody serves this connection. */
  get isServed(): boolean {
    return this.#isServed;
  }

  /** Whether a message has not come back yet. */
  get isOwed(): boolean {
    return this.#check.messages < this.#sent;
  }

  /** When the next message is due; 0: at once. */
  get dueMs(): number {
    return this.#sendTimes.dueMs(this.#sent);
  }

  /** The next message, which is about to be sent. */
  next(nowMs?: number): Uint8Array {
    const message = this.#sequence.next();
    this.#sendTimes.sent(this.#sent++, nowMs);
    this.#owedBytes += message.length;
    return message;
  }

  /** `message` was sent whole. */
  wasSent(message: Uint8Array): void {
    this.#measurements.messagesSent++;
    this.#measurements.bytesSent += message.length;
  }

  /**
   * The first `count` bytes of `buffer` have come.
   *
   * @param words the buffer as words
   * @param isOver whether the flood has ended, after which nobody begins to be served
   */
  took(
    buffer: Uint8Array,
    words: Int32Array,
    count: number,
    nowMs: number,
    isOver: boolean,
  ): void {
    const measurements = this.#measurements;
    const check = this.#check;
    const wrongBefore = check.wrongBytes;
    this.#nowMs = nowMs;
    check.takeWords(buffer, words, this.#onMessage, count);
    measurements.bytesReceived += count;
    // What was never sent cannot come back, whatever it looks like.
    const unasked = Math.max(0, count - this.#owedBytes);
    measurements.wrongBytes += check.wrongBytes - wrongBefore + unasked;
    this.#owedBytes -= count - unasked;
    if (!this.#isServed && check.messages > 0 && !isOver) this.#countServed(nowMs);
  }

  /** The server has sent its last byte: that is right only when nothing is owed to us any more. */
  ended(nowMs: number): void {
    const nothingCame = this.#check.messages === 0 && !this.#check.isWithinMessage;
    if (this.isLastSent && nothingCame && !this.#wait) {
      this.#countServed(nowMs); // a server that only listens, and has listened to the end
    } else if (!this.isLastSent || this.isOwed) {
      this.lost();
    }
  }

  /** The connection broke, or ended when it should not have. */
  lost(): void {
    this.#measurements.lost++;
    if (!this.#isServed) this.#measurements.lostUnserved++;
  }

  #countServed(nowMs: number): void {
    this.#isServed = true;
    this.#measurements.countServed(nowMs);
  }

  readonly #onMessage = (index: number): void => {
    this.#measurements.messagesEchoed++;
    const sinceMs = this.#sendTimes.take(index);
    if (sinceMs !== undefined) this.#measurements.roundTrips.record(this.#nowMs - sinceMs);
  };
}
