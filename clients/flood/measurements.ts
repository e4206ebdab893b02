import * as hdr from "hdr-histogram-js";

/** The longest time that is told apart from longer ones: ten minutes. */
const LONGEST_US = 600_000_000;

/** The percentiles that are reported. */
export const PERCENTILES = [50, 90, 99, 99.9, 100] as const;

/** Durations below this many microseconds are counted one by one, and put into the histogram later. */
const SHORT_US = 2_048;

/** Durations, of which the percentiles are wanted, exact to three digits whatever their size. */
export class Durations {
  readonly #histogram = hdr.build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: LONGEST_US,
    numberOfSignificantValueDigits: 3,
  });
  /** How often each short one came: finding its place in the histogram takes ten times as long. */
  readonly #short = new Uint32Array(SHORT_US);
  #shortCount = 0;

  get count(): number {
    return this.#histogram.totalCount + this.#shortCount;
  }

  record(ms: number): void {
    const us = Math.max(0, Math.round(ms * 1_000));
    if (us < SHORT_US) {
      this.#short[us]++;
      this.#shortCount++;
    } else {
      this.#histogram.recordValue(Math.min(LONGEST_US, us));
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
    this.#histogram.add(hdr.decodeFromCompressedBase64(durations));
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
  /** Connections that were opened, turned away, served before the end, and lost before it. */
  opened: number;
  refused: number;
  served: number;
  lost: number;
  /** Those of the lost that had not been served before. */
  lostUnserved: number;
  messagesSent: number;
  messagesEchoed: number;
  bytesSent: number;
  bytesReceived: number;
  wrongBytes: number;
  /** When the last of the served was, for the first time, since the flood began. */
  lastServedMs: number;
}

/** {@linkcode Measurements} in a form that can be told to another thread. */
export interface EncodedMeasurements {
  readonly counts: Readonly<Counts>;
  readonly connectTimes: string;
  readonly roundTrips: string;
}

/** What a flood counts while it goes on. */
export class Measurements implements Counts {
  readonly connectTimes = new Durations();
  roundTrips = new Durations();
  opened = 0;
  refused = 0;
  served = 0;
  lost = 0;
  lostUnserved = 0;
  messagesSent = 0;
  messagesEchoed = 0;
  bytesSent = 0;
  bytesReceived = 0;
  wrongBytes = 0;
  lastServedMs = 0;
  #startedMs = 0;

  /** The flood begins. */
  begin(nowMs: number): void {
    this.#startedMs = nowMs;
  }

  /** The warm-up is over: from now on counts how fast it goes. */
  endWarmup(): void {
    this.roundTrips = new Durations();
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
  }

  encode(): EncodedMeasurements {
    const { connectTimes, roundTrips, ...counts } = this;
    return { counts, connectTimes: connectTimes.encode(), roundTrips: roundTrips.encode() };
  }

  /** Adds what another thread has measured. */
  addEncoded({ counts, connectTimes, roundTrips }: EncodedMeasurements): void {
    this.connectTimes.addEncoded(connectTimes);
    this.roundTrips.addEncoded(roundTrips);
    this.opened += counts.opened;
    this.refused += counts.refused;
    this.served += counts.served;
    this.lost += counts.lost;
    this.lostUnserved += counts.lostUnserved;
    this.messagesSent += counts.messagesSent;
    this.messagesEchoed += counts.messagesEchoed;
    this.bytesSent += counts.bytesSent;
    this.bytesReceived += counts.bytesReceived;
    this.wrongBytes += counts.wrongBytes;
    this.lastServedMs = Math.max(this.lastServedMs, counts.lastServedMs);
  }
}
