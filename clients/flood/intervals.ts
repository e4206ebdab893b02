/**
 * What a flood measured, second by second.
 *
 * @module
 */

import { Measurements } from "./measurements.ts";

/** How long an interval lasts. */
export const INTERVAL_MS = 1_000;

/** What a flood measured in one second. */
export interface Interval {
  /** Which second it is, from 0 on; none is left out. */
  readonly index: number;
  /** When it began and ended, in milliseconds since the flood began. The last one may be shorter. */
  readonly startMs: number;
  readonly endMs: number;
  /** When it began by the clock on the wall, in milliseconds since 1970. */
  readonly startedAtMs: number;
  /** Connections that were open at its end, and those of them that had not been served yet. */
  readonly connected: number;
  readonly waiting: number;
  /** What was counted and timed within it. It belongs to the receiver and changes no more. */
  readonly measurements: Measurements;
}

/** Receives each interval when it is over. */
export type OnInterval = (interval: Interval) => void;

/**
 * Adds up the slices that the threads of a flood measure, to a total and to intervals.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { Measurements } from "./measurements.ts";
 *
 * const sent: number[] = [];
 * const intervals = new Intervals(1, () => ({ connected: 1, waiting: 0 }));
 * intervals.onInterval = ({ measurements }) => sent.push(measurements.messagesSent);
 * intervals.begin();
 * const slice = new Measurements();
 * slice.messagesSent = 2;
 * intervals.add(0, slice, { fromMs: 0, toMs: 400 });
 * intervals.add(0, slice, { fromMs: 400, toMs: 1_003 });
 * intervals.add(0, slice, { fromMs: 1_003, toMs: 1_200 });
 * intervals.end();
 * deepEqual([sent, intervals.total.messagesSent], [[4, 2], 6]);
 * ```
 */
export class Intervals {
  /** All slices together. */
  readonly total = new Measurements();
  onInterval: OnInterval | undefined = undefined;

  readonly #state: () => { connected: number; waiting: number };
  /** Until when each thread has measured, in milliseconds since the flood began. */
  readonly #untilMs: number[];
  /** The intervals that are not over for all threads, by their index. */
  readonly #open = new Map<number, Measurements>();
  #next = 0;
  #isWarm = false;
  #startedAtMs = Date.now();

  /**
   * @param threads how many threads measure
   * @param state how many connections there are when it is asked
   */
  constructor(threads: number, state: () => { connected: number; waiting: number }) {
    this.#untilMs = Array.from({ length: threads }, () => 0);
    this.#state = state;
  }

  /** The flood begins now. */
  begin(): void {
    this.#startedAtMs = Date.now();
  }

  /**
   * Adds what a thread has measured from one time to another, in milliseconds since the flood began. It
   * belongs to the second in which it begins.
   *
   * @param isWarmup whether it comes before {@linkcode endWarmup} for its thread, though it may come
   * after that of another
   */
  add(
    thread: number,
    slice: Measurements,
    { fromMs, toMs, isWarmup = false }: { fromMs: number; toMs: number; isWarmup?: boolean },
  ): void {
    this.#untilMs[thread] = toMs;
    if (this.onInterval !== undefined) {
      this.#measured(Math.floor(fromMs / INTERVAL_MS)).add(slice);
    }
    if (isWarmup && this.#isWarm) slice.forgetSpeed();
    this.total.add(slice);
    if (this.onInterval === undefined) return;
    const over = Math.floor(Math.min(...this.#untilMs) / INTERVAL_MS);
    while (this.#next < over) this.#emit((this.#next + 1) * INTERVAL_MS);
  }

  /** A thread has warmed up. The total begins to count how fast it goes. */
  endWarmup(): void {
    if (!this.#isWarm) this.total.forgetSpeed();
    this.#isWarm = true;
  }

  /** The flood is over: what is left are the last intervals. */
  end(): void {
    if (this.onInterval === undefined) return;
    const endMs = Math.max(...this.#untilMs);
    while (this.#next * INTERVAL_MS < endMs || this.#open.size > 0) {
      this.#emit(Math.min((this.#next + 1) * INTERVAL_MS, endMs));
    }
  }

  #measured(index: number): Measurements {
    let measurements = this.#open.get(index);
    if (measurements === undefined) this.#open.set(index, measurements = new Measurements());
    return measurements;
  }

  #emit(endMs: number): void {
    const index = this.#next++;
    const startMs = index * INTERVAL_MS;
    const startedAtMs = this.#startedAtMs + startMs;
    const measurements = this.#measured(index);
    this.#open.delete(index);
    const { connected, waiting } = this.#state();
    endMs = Math.max(startMs, endMs);
    this.onInterval?.({ index, startMs, endMs, startedAtMs, connected, waiting, measurements });
  }
}
