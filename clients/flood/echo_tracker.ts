import type { Measurements } from "./measurements.ts";
import { CLOSED_EARLY } from "./tally.ts";
import { EchoCheck, type MessageSet, Sequence } from "./messages.ts";
import { type FloodOptions, MAY_BE_LATE_MS } from "./options.ts";
import { SendTimes } from "./send_times.ts";

/** What a client knows of the connection that it opens. */
export interface Turn {
  /** Tells the messages of this connection from those of all others. */
  readonly seed: number;
  /** When its first message is due, if the rate goes on from an earlier connection. */
  readonly dueMs: number | undefined;
}

/**
 * Tracks the messages of one connection: which were sent, which echoes are still owed, and what that
 * adds to the measurements of the flood. The bytes travel elsewhere, in both kinds of sockets.
 */
export class EchoTracker {
  readonly #wait: boolean;
  readonly #reconnectAfter: number;
  readonly #replySet: MessageSet;
  readonly #connectMs: number;
  readonly #measurements: Measurements;
  readonly #sequence: Sequence;
  readonly #check: EchoCheck;
  readonly #sendTimes: SendTimes;
  #begun = 0;
  /** When the first message was about to be sent. */
  #firstSentMs = 0;
  /** How many messages were sent whole. */
  #sent = 0;
  /** Bytes that were sent, or are about to be, and have not come back yet. */
  #owedBytes = 0;
  #nowMs = 0;
  #isServed = false;
  #isLost = false;
  /** The server receives and never answers, so nothing is owed. */
  #isListener = false;
  /** The last message was sent: from now on the server may end the connection. */
  isLastSent = false;

  /**
   * @param connectMs how long it took to open it
   * @param nowMs the time on the clock that is used from here on
   */
  constructor(
    { seed, dueMs }: Turn,
    connectMs: number,
    options: FloodOptions,
    measurements: Measurements,
    nowMs?: number,
  ) {
    this.#wait = options.wait;
    this.#reconnectAfter = options.reconnectAfter;
    this.#replySet = options.replySet;
    this.#connectMs = connectMs;
    this.#measurements = measurements;
    this.#sequence = new Sequence(options.messageSet, seed);
    this.#check = new EchoCheck(new Sequence(options.replySet, seed));
    this.#sendTimes = new SendTimes(options.rate, nowMs, dueMs);
  }

  /** Whether a message has come back: the server serves this connection. */
  get isServed(): boolean {
    return this.#isServed;
  }

  /** Whether a message has not come back yet. */
  get isOwed(): boolean {
    return this.#check.messages < this.#begun;
  }

  /** Whether it has had all its messages, so that its client reconnects. */
  get isComplete(): boolean {
    return this.#begun >= this.#reconnectAfter;
  }

  /** Whether it ended in order, with all that was owed. */
  get isFinished(): boolean {
    return this.isLastSent && !this.#isLost;
  }

  /** When the next message is due; 0: at once. */
  get dueMs(): number {
    return this.#sendTimes.dueMs(this.#begun);
  }

  /** The next message, counted as about to be sent. */
  next(nowMs = performance.now()): Uint8Array {
    const message = this.#sequence.next();
    if (this.#begun === 0) this.#firstSentMs = nowMs;
    this.#sendTimes.sent(this.#begun++, nowMs);
    this.#owedBytes += this.#replySet[this.#sequence.index].length;
    return message;
  }

  /** Counts `message` as sent whole. */
  wasSent(message: Uint8Array): void {
    this.#sent++;
    this.#measurements.messagesSent++;
    this.#measurements.bytesSent += message.length;
  }

  /**
   * Compares the first `count` bytes of `buffer`, which have just come, with what is owed.
   *
   * @param words the buffer as words
   * @param isOver whether the flood has ended; a first echo after that does not count as served,
   * unless connections come and go, of which the last are served after the end
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
    // Bytes beyond what was sent are wrong, whatever they look like: they are no part of an echo.
    const asked = Math.min(count, this.#owedBytes);
    check.takeWords(buffer, words, this.#onMessage, asked);
    measurements.bytesReceived += count;
    measurements.wrongBytes += check.wrongBytes - wrongBefore + count - asked;
    this.#owedBytes -= asked;
    if (this.#isServed || check.messages === 0) return;
    if (isOver && this.#reconnectAfter === Infinity) return;
    measurements.firstAnswers.record(this.#connectMs + nowMs - this.#firstSentMs);
    this.#countServed(nowMs);
  }

  /** The server has sent its last byte, which is right only when it owes nothing any more. */
  ended(nowMs: number): void {
    const nothingCame = this.#check.messages === 0 && !this.#check.isWithinMessage;
    if (this.isLastSent && nothingCame && !this.#wait) {
      this.#isListener = true; // and it has listened to the end
      this.#countServed(nowMs);
    } else if (!this.isLastSent || this.isOwed) {
      this.lost(CLOSED_EARLY, nowMs);
    }
  }

  /** Counts the connection as lost: it broke, or ended too early. */
  lost(reason: string, nowMs: number): void {
    this.#isLost = true;
    this.#measurements.countLost(reason, nowMs, this.#isServed);
  }

  /** Counts a connection whose last echo, or end of the stream, did not come in time. */
  givenUp(): void {
    if (this.#isServed) this.#measurements.unanswered++;
  }

  /**
   * Counts what is still owed when the connection has been closed. Its age at the end counts as a
   * round trip: a server that stalls to the end would look better than it is otherwise.
   *
   * @param endMs when the flood ended, after which nothing was due any more
   * @param nowMs until when answers were waited for
   * @param isFollowed whether it has ended before the flood, and what falls due from now on is sent on
   * the next connection of its client, if at all
   */
  settle(endMs: number, nowMs: number, isFollowed: boolean): void {
    const { roundTrips } = this.#measurements;
    if (isFollowed && this.isFinished) this.#measurements.finished++;
    const [times, echoed] = [this.#sendTimes, this.#check.messages];
    const due = isFollowed ? 0 : times.dueUntil(endMs);
    const notSent = due - this.#sent;
    const late = times.dueUntil(endMs - MAY_BE_LATE_MS) - this.#sent;
    if (notSent > 0) this.#measurements.messagesNotSent += notSent;
    if (late > 0) this.#measurements.messagesOverdue += late;
    if (due > this.#begun) times.recordAges(roundTrips, this.#begun, due, endMs);
    if (this.#isListener) return;
    this.#measurements.messagesUnanswered += Math.max(0, this.#sent - echoed);
    // Without a rate, the time that a lost message would have taken is unknown.
    const isCounted = !this.#isLost || due > 0;
    if (isCounted && this.isOwed) times.recordAges(roundTrips, echoed, this.#begun, nowMs);
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
