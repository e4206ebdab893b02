import * as hdr from "hdr-histogram-js";
import { type Tally, tally } from "./tally.ts";

/** The longest time that the histogram holds; longer ones count as this: ten minutes. */
const MAX_US = 600_000_000;

/** The percentiles that are reported. */
export const PERCENTILES = [50, 90, 99, 99.9, 100] as const;

/** Bits of a counter: a flood can owe more messages than 32 bits count. */
const COUNTER_BITS = 64;
/** In how many steps at most many durations that are evenly apart are recorded. */
const MAX_STEPS = 128;

/** Durations below this many microseconds are counted one by one, and put into the histogram later. */
const SHORT_US = 2_048;

/** A histogram of durations: percentiles exact to three digits, whatever their size. */
export class Durations {
  readonly #histogram = hdr.build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: MAX_US,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: COUNTER_BITS,
  });
  /** How often each short one came: finding its place in the histogram takes ten times as long. */
  readonly #short = new Uint32Array(SHORT_US);
  #shortCount = 0;

  /** How many there are. */
  get count(): number {
    return this.#histogram.totalCount + this.#shortCount;
  }

  /** Adds one of `ms` milliseconds. */
  record(ms: number): void {
    const us = Math.max(0, Math.round(ms * 1_000));
    if (us < SHORT_US) {
      this.#short[us]++;
      this.#shortCount++;
    } else {
      this.#histogram.recordValue(Math.min(MAX_US, us));
    }
  }

  /**
   * Records `count` durations, of which the first is `maxMs` and each next is `stepMs` shorter.
   * Where these are very many, some that follow each other count as the longest of them.
   */
  recordEvenly(maxMs: number, stepMs: number, count: number): void {
    const steps = Math.min(count, MAX_STEPS);
    for (let step = 0; step < steps; step++) {
      const from = Math.floor(step * count / steps);
      const to = Math.floor((step + 1) * count / steps);
      const us = Math.round((maxMs - from * stepMs) * 1_000);
      this.#histogram.recordValueWithCount(Math.min(MAX_US, Math.max(0, us)), to - from);
    }
  }

  /** The duration that `percentile` percent do not exceed, in milliseconds. */
  percentileMs(percentile: number): number {
    return this.#all().getValueAtPercentile(percentile) / 1_000;
  }

  /** All of them as text, for {@linkcode addEncoded} in another thread. */
  encode(): string {
    return hdr.encodeIntoCompressedBase64(this.#all());
  }

  /** Adds those that {@linkcode encode} made a text of: as if each had been recorded here as well. */
  addEncoded(durations: string): void {
    this.#histogram.add(hdr.decodeFromCompressedBase64(durations, COUNTER_BITS));
  }

  #all(): hdr.Histogram {
    if (this.#shortCount === 0) return this.#histogram;
    for (let us = 0; us < SHORT_US; us++) {
      if (this.#short[us] > 0) this.#histogram.recordValueWithCount(us, this.#short[us]);
    }
    this.#short.fill(0);
    this.#shortCount = 0;
    return this.#histogram;
  }
}

/** What a flood counts, as plain numbers. */
export interface Counts {
  /** Clients whose first connection was opened or turned away. */
  clients: number;
  /** Connections that were opened, turned away, served before the end, and lost before it. */
  opened: number;
  refused: number;
  served: number;
  lost: number;
  /** Those of the lost that had not been served before. */
  lostUnserved: number;
  /** Connections that were served, and did not get all that they were owed when the flood was over. */
  unanswered: number;
  /** Connections that were served when the flood had waited for all of them, before it warmed up. */
  answered: number;
  /** Connections that their clients closed in order, to open the next. */
  finished: number;
  messagesSent: number;
  messagesEchoed: number;
  /** Messages that were sent and never came back. */
  messagesUnanswered: number;
  /** Messages that were due before the end, because there is a rate, and were not sent. */
  messagesNotSent: number;
  /** Those of them that had been due for longer than a timer may be late. */
  messagesOverdue: number;
  bytesSent: number;
  bytesReceived: number;
  wrongBytes: number;
  /** When the last of the served was, for the first time, since the flood began. */
  lastServedMs: number;
}

/** The counts that are added up when several threads flood. */
const SUMS = [
  ...["clients", "opened", "refused", "served", "lost", "lostUnserved", "unanswered"] as const,
  ...["answered", "finished"] as const,
  ...["messagesSent", "messagesEchoed", "messagesUnanswered"] as const,
  ...["messagesNotSent", "messagesOverdue"] as const,
  ...["bytesSent", "bytesReceived", "wrongBytes"] as const,
] satisfies (keyof Counts)[];

/** {@linkcode Measurements} in a form that another thread can receive. */
export interface EncodedMeasurements {
  readonly counts: Readonly<Counts>;
  readonly refusedBy: Readonly<Tally>;
  readonly lostBy: Readonly<Tally>;
  readonly connectTimes: string;
  readonly firstAnswers: string;
  readonly roundTrips: string;
}

/** What a flood has counted so far. */
export class Measurements implements Counts {
  readonly connectTimes = new Durations();
  /** From connect(2) to the first answer, without a pause before the message. */
  firstAnswers = new Durations();
  roundTrips = new Durations();
  /** Why connections were refused and lost. */
  readonly refusedBy: Tally = {};
  readonly lostBy: Tally = {};
  clients = 0;
  opened = 0;
  refused = 0;
  served = 0;
  lost = 0;
  lostUnserved = 0;
  unanswered = 0;
  answered = 0;
  finished = 0;
  messagesSent = 0;
  messagesEchoed = 0;
  messagesUnanswered = 0;
  messagesNotSent = 0;
  messagesOverdue = 0;
  bytesSent = 0;
  bytesReceived = 0;
  wrongBytes = 0;
  lastServedMs = 0;
  #startedMs = 0;
  #onOutcome: (connections: number) => void = () => {};

  /**
   * The flood begins.
   *
   * @param onOutcome called when connections are answered for the first time, or fail before
   */
  begin(nowMs: number, onOutcome: (connections: number) => void): void {
    this.#startedMs = nowMs;
    this.#onOutcome = onOutcome;
  }

  /** The flood waits for first answers no longer. */
  endSettling(): void {
    this.answered = this.served;
    this.#onOutcome = () => {};
  }

  /** The warm-up is over: from now on counts how fast it goes. */
  endWarmup(): void {
    this.firstAnswers = new Durations();
    this.roundTrips = new Durations();
    this.finished =
      this.messagesSent =
      this.messagesEchoed =
      this.bytesSent =
      this.bytesReceived =
        0;
  }

  /** A connection was served for the first time. */
  countServed(nowMs: number): void {
    this.served++;
    this.lastServedMs = nowMs - this.#startedMs;
    this.#onOutcome(1);
  }

  /** Connections were refused; the reason is {@linkcode reasonOf} the error. */
  countRefused(reason: string, connections = 1): void {
    this.refused += connections;
    tally(this.refusedBy, reason, connections);
    this.#onOutcome(connections);
  }

  /** A connection was lost, which had been served before or not. */
  countLost(reason: string, isServed: boolean): void {
    this.lost++;
    tally(this.lostBy, reason);
    if (isServed) return;
    this.lostUnserved++;
    this.#onOutcome(1);
  }

  /** All of it, for {@linkcode addEncoded} in another thread. */
  encode(): EncodedMeasurements {
    const { connectTimes, firstAnswers, roundTrips, refusedBy, lostBy, ...counts } = this;
    return {
      counts,
      refusedBy,
      lostBy,
      connectTimes: connectTimes.encode(),
      firstAnswers: firstAnswers.encode(),
      roundTrips: roundTrips.encode(),
    };
  }

  /** Adds what another thread has measured. */
  addEncoded({ counts, refusedBy, lostBy, ...durations }: EncodedMeasurements): void {
    this.connectTimes.addEncoded(durations.connectTimes);
    this.firstAnswers.addEncoded(durations.firstAnswers);
    this.roundTrips.addEncoded(durations.roundTrips);
    for (const name of SUMS) this[name] += counts[name];
    this.lastServedMs = Math.max(this.lastServedMs, counts.lastServedMs);
    for (const [reason, count] of Object.entries(refusedBy)) tally(this.refusedBy, reason, count);
    for (const [reason, count] of Object.entries(lostBy)) tally(this.lostBy, reason, count);
  }
}
