import * as hdr from "hdr-histogram-js";

/** The longest time that is told apart from longer ones: ten minutes. */
const LONGEST_US = 600_000_000;

/** The percentiles that are reported. */
export const PERCENTILES = [50, 90, 99, 99.9, 100] as const;

/** Durations, of which the percentiles are wanted, exact to three digits whatever their size. */
export class Durations {
  readonly #histogram = hdr.build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: LONGEST_US,
    numberOfSignificantValueDigits: 3,
  });

  get count(): number {
    return this.#histogram.totalCount;
  }

  record(ms: number): void {
    const us = Math.round(ms * 1_000);
    this.#histogram.recordValue(Math.min(LONGEST_US, Math.max(0, us)));
  }

  /** The duration that `percentile` percent do not exceed, in milliseconds. */
  percentileMs(percentile: number): number {
    return this.#histogram.getValueAtPercentile(percentile) / 1_000;
  }
}

/** What a flood counts while it goes on. */
export class Measurements {
  readonly connectTimes = new Durations();
  readonly roundTrips = new Durations();
  /** Connections that were opened, turned away, served before the end, and lost before it. */
  opened = 0;
  refused = 0;
  served = 0;
  lost = 0;
  /** Those of the lost that had not been served before. */
  lostUnserved = 0;
  messagesSent = 0;
  messagesEchoed = 0;
  bytesSent = 0;
  bytesReceived = 0;
  wrongBytes = 0;
}
