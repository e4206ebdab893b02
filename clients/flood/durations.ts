import * as hdr from "hdr-histogram-js";

/** The longest time that is told apart; longer ones count as this: ten minutes. */
const MAX_US = 600_000_000;

/** The percentiles that are reported. */
export const PERCENTILES = [50, 90, 99, 99.9, 100] as const;
/** Their names in files: `p50`, and `max` for the last. */
export const PERCENTILE_NAMES = PERCENTILES.map((one) => one === 100 ? "max" : `p${one}`);

/** Bits of a counter: a flood can owe more messages than 32 bits count. */
const COUNTER_BITS = 64;
/** In how many steps at most many durations that are evenly apart are recorded. */
const MAX_STEPS = 128;

/**
 * The slots of an HDR histogram of three digits: from 0 on, 2,048 of a microsecond each, 1,024 of two,
 * 1,024 of four and so on.
 */
const HALF_BITS = 10;
const SLOTS = slotOf(MAX_US) + 1;

function slotOf(us: number): number {
  const doublings = Math.max(0, 31 - HALF_BITS - Math.clz32(us));
  return (doublings << HALF_BITS) + (us >>> doublings);
}

/** The longest duration that a slot is for. */
function longestIn(slot: number): number {
  const doublings = Math.max(0, (slot >> HALF_BITS) - 1);
  return ((slot - (doublings << HALF_BITS) + 1) << doublings) - 1;
}

/**
 * Durations, of which there may be many millions: percentiles are exact to three digits, whatever their
 * size. They are counted here, since that is done for every message and takes a histogram of the library
 * ten times as long; the library knows the percentiles.
 */
export class Durations {
  /** How many there are for each slot; made with the first one, since it takes 160 kB. */
  #counts: Float64Array | undefined = undefined;
  #count = 0;
  /** The same as a histogram of the library, as it was when it had so many. */
  #histogram: hdr.Histogram | undefined = undefined;
  #histogramCount = 0;

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** Adds one of `ms` milliseconds. */
  record(ms: number): void {
    this.#recordSlot(slotOf(toUs(ms)), 1);
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
      this.#recordSlot(slotOf(toUs(maxMs - from * stepMs)), to - from);
    }
  }

  /** The duration that `percentile` percent do not exceed, in milliseconds; 0 if there is none. */
  percentileMs(percentile: number): number {
    return this.#count === 0 ? 0 : this.histogram.getValueAtPercentile(percentile) / 1_000;
  }

  /** How many are no longer than `ms` milliseconds, and some that cannot be told from those. */
  countUpTo(ms: number): number {
    return this.#counts?.subarray(0, slotOf(toUs(ms)) + 1).reduce((a, b) => a + b, 0) ?? 0;
  }

  /** All of them, in microseconds, as a histogram of the library; good until the next change. */
  get histogram(): hdr.Histogram {
    this.#histogram ??= hdr.build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: MAX_US,
      numberOfSignificantValueDigits: 3,
      bitBucketSize: COUNTER_BITS,
    });
    if (this.#histogramCount === this.#count) return this.#histogram;
    this.#histogram.reset();
    const counts = this.#counts ?? [];
    for (let slot = 0; slot < counts.length; slot++) {
      if (counts[slot] > 0) this.#histogram.recordValueWithCount(longestIn(slot), counts[slot]);
    }
    this.#histogramCount = this.#count;
    return this.#histogram;
  }

  /** Adds those of `other`: as if each had been recorded here as well. */
  add(other: Durations): void {
    if (other.#count === 0 || other.#counts === undefined) return;
    const counts = this.#counts ??= new Float64Array(SLOTS);
    for (let slot = 0; slot < SLOTS; slot++) counts[slot] += other.#counts[slot];
    this.#count += other.#count;
  }

  /** Forgets all. */
  clear(): void {
    if (this.#count > 0) this.#counts?.fill(0);
    this.#count = 0;
    this.#histogramCount = -1;
  }

  /** All of them in little space, for {@linkcode addPacked} in another thread. */
  pack(): Float64Array {
    const packed: number[] = [];
    if (this.#count === 0 || this.#counts === undefined) return new Float64Array(0);
    for (let slot = 0; slot < SLOTS; slot++) {
      if (this.#counts[slot] > 0) packed.push(slot, this.#counts[slot]);
    }
    return Float64Array.from(packed);
  }

  /** Adds those that {@linkcode pack} gave. */
  addPacked(packed: Float64Array): void {
    for (let i = 0; i < packed.length; i += 2) this.#recordSlot(packed[i], packed[i + 1]);
  }

  /** All of them as text, as HDR histograms are exchanged; empty if there is none. */
  encode(): string {
    return this.#count === 0 ? "" : hdr.encodeIntoCompressedBase64(this.histogram);
  }

  /** Adds those that {@linkcode encode} made a text of: as if each had been recorded here as well. */
  addEncoded(durations: string): void {
    if (durations !== "") {
      this.addHistogram(hdr.decodeFromCompressedBase64(durations, COUNTER_BITS));
    }
  }

  /** Adds those of a histogram of the library, in microseconds. */
  addHistogram(histogram: hdr.Histogram): void {
    if (!(histogram instanceof hdr.JsHistogram)) {
      throw new TypeError("not a histogram in JavaScript");
    }
    for (let i = 0; i < histogram.countsArrayLength; i++) {
      const count = histogram.getCountAtIndex(i);
      if (count > 0) this.#recordSlot(slotOf(Math.min(MAX_US, histogram.valueFromIndex(i))), count);
    }
  }

  #recordSlot(slot: number, count: number): void {
    const counts = this.#counts ??= new Float64Array(SLOTS);
    counts[slot] += count;
    this.#count += count;
  }
}

/** In whole microseconds, of those that are told apart. */
function toUs(ms: number): number {
  return Math.min(MAX_US, Math.max(0, Math.round(ms * 1_000)));
}
