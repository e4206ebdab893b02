import type { Measurements } from "./measurements.ts";
import { CLOSED_EARLY, NOT_HTTP, tally } from "./tally.ts";
import { HttpReplies, LastHead } from "./http_replies.ts";
import { EchoCheck, type MessageSet, type ReplyCheck, Sequence } from "./messages.ts";
import { type FloodOptions, hasTotalRate, LATE_MS, MAY_BE_LATE_MS } from "./options.ts";
import { SendTimes } from "./send_times.ts";

/** What a client knows of the connection that it opens. */
export interface Turn {
  /** Tells the messages of this connection from those of all others. */
  readonly seed: number;
  /** When its first message is due, if the rate goes on from an earlier connection. */
  readonly dueMs: number | undefined;
}

/** What the connections of each flood have in common, or of each thread of it. */
const lastHeads = new WeakMap<FloodOptions, LastHead>();

/**
 * Tracks the messages of one connection: which were sent, which echoes are still owed, and what that
 * adds to the measurements of the flood. The bytes travel elsewhere, in both kinds of sockets.
 */
export class EchoTracker {
  readonly #wait: boolean;
  /** Whether messages fall due, on this connection or on all together. */
  readonly #isRated: boolean;
  readonly #sharesRate: boolean;
  readonly #isHttp: boolean;
  readonly #reconnectAfter: number;
  readonly #replySet: MessageSet;
  readonly #connectMs: number;
  readonly #measurements: Measurements;
  readonly #sequence: Sequence;
  readonly #check: ReplyCheck;
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
    this.#sharesRate = hasTotalRate(options);
    this.#isRated = this.#sharesRate || options.rate < Infinity;
    this.#isHttp = options.http !== undefined;
    this.#reconnectAfter = options.reconnectAfter;
    this.#replySet = options.replySet;
    this.#connectMs = connectMs;
    this.#measurements = measurements;
    this.#sequence = new Sequence(options.messageSet, seed);
    this.#check = options.http === undefined
      ? new EchoCheck(new Sequence(options.replySet, seed))
      : new HttpReplies(lastHeadOf(options), (status) => tally(measurements.statuses, `${status}`));
    this.#sendTimes = new SendTimes(options.rate, nowMs, dueMs);
  }

  /** Whether a message has come back: the server serves this connection. */
  get isServed(): boolean {
    return this.#isServed;
  }

  /** Whether it waits for its first answer. Where messages have a rate, it may have sent none yet. */
  get isWaiting(): boolean {
    return !this.#isServed && (this.#begun > 0 || !this.#isRated);
  }

  /** Whether a message has not come back yet. */
  get isOwed(): boolean {
    return this.#check.messages < this.#begun;
  }

  /** Whether it has had all its messages, so that its client reconnects. */
  get isComplete(): boolean {
    return this.#begun >= this.#reconnectAfter || this.#check.isLast;
  }

  /** Whether nothing that comes back can be understood any more. */
  get isBroken(): boolean {
    return this.#check.isBroken;
  }

  /**
   * Whether it counts as not served when the flood ends, whatever the server still does: it has no
   * answer by now, though it was sent something. Where messages have a rate, or a web server closes
   * connections, that may have been just now.
   */
  isHopeless(nowMs: number): boolean {
    if (!this.#wait || this.#reconnectAfter < Infinity || this.#isServed) return false;
    if (!this.#mayBeNew) return true;
    return this.#begun > 0 && nowMs - this.#firstSentMs > MAY_BE_LATE_MS;
  }

  /** Whether it may have been asked for the first time shortly before the end of the flood. */
  get #mayBeNew(): boolean {
    return this.#isRated || this.#isHttp;
  }

  /** Whether it ended in order, with all that was owed. */
  get isFinished(): boolean {
    return this.isLastSent && !this.#isLost;
  }

  /** When the next message is due; 0: at once. */
  get dueMs(): number {
    return this.#sendTimes.dueMs(this.#begun);
  }

  /** The flood begins to keep its rate, after all connections were answered once: it is not behind. */
  beginRate(nowMs: number): void {
    this.#sendTimes.begin(this.#begun, nowMs);
  }

  /**
   * The next message, counted as about to be sent.
   *
   * @param turnMs since when it is due, if it is one of those that all connections share
   */
  next(nowMs = performance.now(), turnMs?: number): Uint8Array {
    const message = this.#sequence.next();
    if (this.#begun === 0) this.#firstSentMs = nowMs;
    if (this.#isRated) this.#checkLate(nowMs, turnMs ?? this.dueMs);
    this.#sendTimes.sent(this.#begun++, turnMs ?? nowMs);
    this.#owedBytes += this.#replySet[this.#sequence.index].length;
    return message;
  }

  /** It was its turn to send, and it could no more. */
  missedTurn(): void {
    this.#measurements.messagesNotSent++;
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
   * @param isOver whether the flood has ended; a first echo after that does not count as served, unless
   * connections come and go or messages have a rate, of which the last are served after the end
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
    const asked = check.wanted(count, this.#begun - check.messages, this.#owedBytes);
    check.takeWords(buffer, words, this.#onMessage, asked);
    measurements.bytesReceived += count;
    measurements.wrongBytes += check.wrongBytes - wrongBefore + count - asked;
    this.#owedBytes -= asked;
    if (check.isBroken) this.lost(NOT_HTTP, nowMs);
    const isLate = isOver && this.#reconnectAfter === Infinity && !this.#mayBeNew;
    if (!isLate) this.#countFirstAnswer(nowMs);
  }

  /** The server has sent its last byte, which is right only when it owes nothing any more. */
  ended(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#check.endOfStream(this.#onMessage);
    if (this.#mayClose) this.isLastSent = true;
    const nothingCame = this.#check.messages === 0 && !this.#check.isWithinMessage;
    if (this.isLastSent && nothingCame && !this.#wait && this.#begun > 0) {
      this.#isListener = true; // and it has listened to the end
      this.#countServed(nowMs);
    } else if (!this.isLastSent || this.isOwed) {
      this.lost(CLOSED_EARLY, nowMs);
    } else this.#countFirstAnswer(nowMs);
  }

  /**
   * Whether the server may end the connection, though this side has not yet: it has answered all, and
   * no other message comes, or it is a web server, which may close a connection that asks for nothing.
   */
  get #mayClose(): boolean {
    return !this.isOwed && this.#check.messages > 0 && (this.#isHttp || this.isComplete);
  }

  /** The connection broke, or ended too early: counts it as lost, unless the server may have ended it. */
  lost(reason: string, nowMs: number): void {
    if (this.isComplete && this.#mayClose) {
      this.isLastSent = true;
      return;
    }
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
    const measurements = this.#measurements;
    const { roundTrips } = measurements;
    if (isFollowed && this.isFinished) measurements.finished++;
    const [times, echoed] = [this.#sendTimes, this.#check.messages];
    const isRated = this.#isRated && !isFollowed;
    const due = this.#sharesRate ? this.#begun : isFollowed ? 0 : times.dueUntil(endMs);
    const notSent = due - this.#sent;
    const late = times.dueUntil(endMs - MAY_BE_LATE_MS) - this.#sent;
    measurements.countUnsent(notSent, late);
    if (due > this.#begun) times.recordAges(roundTrips, this.#begun, due, endMs);
    if (this.#isRated && this.#begun === 0 && !this.#isLost) measurements.unasked++;
    if (this.#isListener) return;
    const unanswered = Math.max(0, this.#sent - echoed);
    measurements.messagesUnanswered += unanswered;
    if (!this.isOwed) return;
    if (!this.#isLost) {
      measurements.messagesOpen += unanswered;
      times.recordAges(measurements.openAges, echoed, this.#begun, nowMs);
    }
    // Without a rate, the time that a lost message would have taken is unknown.
    if (!this.#isLost || isRated) times.recordAges(roundTrips, echoed, this.#begun, nowMs);
  }

  /** @param dueMs 0: at once */
  #checkLate(nowMs: number, dueMs: number): void {
    if (dueMs > 0 && nowMs - dueMs > LATE_MS) this.#measurements.messagesLate++;
  }

  #countFirstAnswer(nowMs: number): void {
    if (this.#isServed || this.#check.messages === 0) return;
    this.#measurements.firstAnswers.record(this.#connectMs + nowMs - this.#firstSentMs);
    this.#countServed(nowMs);
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

function lastHeadOf(options: FloodOptions): LastHead {
  let lastHead = lastHeads.get(options);
  if (lastHead === undefined) lastHeads.set(options, lastHead = new LastHead());
  return lastHead;
}
