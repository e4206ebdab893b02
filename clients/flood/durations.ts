import * as hdr from "hdr-histogram-js";

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
  /** Made with the first duration that goes into it: it takes 160 kB. */
  #made: hdr.Histogram | undefined = undefined;
  /** How often each short one came: finding its place in the histogram takes ten times as long. */
  readonly #short = new Float64Array(SHORT_US);
  #shortCount = 0;

  /** How many there are. */
  get count(): number {
    return (this.#made?.totalCount ?? 0) + this.#shortCount;
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

  /** The duration that `percentile` percent do not exceed, in milliseconds; 0 if there is none. */
  percentileMs(percentile: number): number {
    return this.count === 0 ? 0 : this.histogram.getValueAtPercentile(percentile) / 1_000;
  }

  /** How many are no longer than `ms` milliseconds, as far as the histogram tells. */
  countUpTo(ms: number): number {
    const { histogram } = this;
    if (this.count === 0 || !(histogram instanceof hdr.JsHistogram)) return 0;
    const end = histogram.countsArrayIndex(Math.min(MAX_US, ms * 1_000));
    let count = 0;
    for (let index = 0; index <= end; index++) count += histogram.getCountAtIndex(index);
    return count;
  }

  /** All of them, in microseconds; good until the next change. */
  get histogram(): hdr.Histogram {
    const histogram = this.#histogram;
    if (this.#shortCount === 0) return histogram;
    for (let us = 0; us < SHORT_US; us++) {
      if (this.#short[us] > 0) histogram.recordValueWithCount(us, this.#short[us]);
    }
    this.#short.fill(0);
    this.#shortCount = 0;
    return histogram;
  }

  /** Adds those of `other`: as if each had been recorded here as well. */
  add(other: Durations): void {
    if (other.#shortCount > 0) {
      for (let us = 0; us < SHORT_US; us++) this.#short[us] += other.#short[us];
      this.#shortCount += other.#shortCount;
    }
    const made = other.#made;
    if (made !== undefined && made.totalCount > 0) this.#histogram.add(made);
  }

  /** Forgets all. */
  clear(): void {
    if (this.#shortCount > 0) this.#short.fill(0);
    this.#shortCount = 0;
    if (this.#made !== undefined && this.#made.totalCount > 0) this.#made.reset();
  }

  /** All of them as text, for {@linkcode addEncoded} in another thread; empty if there is none. */
  encode(): string {
    return this.count === 0 ? "" : hdr.encodeIntoCompressedBase64(this.histogram);
  }

  /** Adds those that {@linkcode encode} made a text of: as if each had been recorded here as well. */
  addEncoded(durations: string): void {
    if (durations === "") return;
    this.#histogram.add(hdr.decodeFromCompressedBase64(durations, COUNTER_BITS));
  }

  get #histogram(): hdr.Histogram {
    return this.#made ??= hdr.build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: MAX_US,
      numberOfSignificantValueDigits: 3,
      bitBucketSize: COUNTER_BITS,
    });
  }
}
