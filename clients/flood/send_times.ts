import type { Durations } from "./measurements.ts";

/** How many messages on their way have a time of their own at most; more are not timed. */
const MAX_TIMED = 1_024;

/**
 * From when the round trip of each message counts.
 *
 * With a rate, it counts from when the message was due, even if it was sent late: a server that
 * stalls would otherwise be asked less often while it stalls, and look better than it is.
 */
export class SendTimes {
  readonly #intervalMs: number;
  #firstMs: number;
  /** The message that was timed last while no other was on its way, which is mostly the only one. */
  #singleIndex = -1;
  #singleMs = 0;
  #others: Map<number, number> | undefined = undefined;

  /**
   * @param rate messages per second; `Infinity`: each is due when it is sent
   * @param nowMs the time on the clock that is used from here on
   * @param firstMs when the first message is due, if the rate goes on from an earlier connection
   */
  constructor(rate: number, nowMs = performance.now(), firstMs?: number) {
    this.#intervalMs = 1_000 / rate;
    // Connections that were opened together need not all send at the same moment.
    this.#firstMs = firstMs ?? nowMs + Math.random() * this.#intervalMs;
  }

  /** When message number `index` is due; 0: at once. */
  dueMs(index: number): number {
    return this.#intervalMs === 0 ? 0 : this.#firstMs + index * this.#intervalMs;
  }

  /** The rate begins anew: message number `index` is due within an interval from now. */
  begin(index: number, nowMs: number): void {
    if (this.#intervalMs > 0) this.#firstMs = nowMs + (Math.random() - index) * this.#intervalMs;
  }

  /** How many messages are due up to then; none without a rate. */
  dueUntil(ms: number): number {
    if (this.#intervalMs === 0 || ms < this.#firstMs) return 0;
    return Math.floor((ms - this.#firstMs) / this.#intervalMs) + 1;
  }

  /** Message number `index` is about to be sent. */
  sent(index: number, nowMs = performance.now()): void {
    if (this.#intervalMs > 0) return;
    if (this.#singleIndex === -1) {
      this.#singleIndex = index;
      this.#singleMs = nowMs;
      return;
    }
    this.#others ??= new Map();
    if (this.#others.size < MAX_TIMED) this.#others.set(index, nowMs);
  }

  /** From when message number `index`, which has come back, counts; nothing if it was not timed. */
  take(index: number): number | undefined {
    if (this.#intervalMs > 0) return this.dueMs(index);
    if (index === this.#singleIndex) {
      this.#singleIndex = -1;
      return this.#singleMs;
    }
    const time = this.#others?.get(index);
    this.#others?.delete(index);
    return time;
  }

  /**
   * Records how old messages are at `nowMs` that have not come back: those from `first` up to `end`,
   * which is not one of them. Without a rate, these are all that were timed.
   */
  recordAges(durations: Durations, first: number, end: number, nowMs: number): void {
    if (this.#intervalMs > 0) {
      durations.recordEvenly(nowMs - this.dueMs(first), this.#intervalMs, end - first);
      return;
    }
    if (this.#singleIndex !== -1) durations.record(nowMs - this.#singleMs);
    for (const sentMs of this.#others?.values() ?? []) durations.record(nowMs - sentMs);
  }
}
