/** How many messages on their way are timed at most; what more there are goes untimed. */
const MOST_TIMED = 1_024;

/**
 * From when the round trip of each message counts.
 *
 * With a rate, it counts from when the message was due, even if it was sent late: a server that
 * stalls would otherwise be asked less often while it stalls, and look better than it is.
 */
export class SendTimes {
  readonly #intervalMs: number;
  readonly #firstMs: number;
  readonly #times = new Map<number, number>();

  /** @param rate messages per second; `Infinity`: each is due when it is sent */
  constructor(rate: number) {
    this.#intervalMs = 1_000 / rate;
    // Connections that were opened together need not all send at the same moment.
    this.#firstMs = performance.now() + Math.random() * this.#intervalMs;
  }

  /** When message number `index` is due, on the clock of `performance.now()`; 0: at once. */
  dueMs(index: number): number {
    return this.#intervalMs === 0 ? 0 : this.#firstMs + index * this.#intervalMs;
  }

  /** Message number `index` is about to be sent. */
  sent(index: number): void {
    if (this.#intervalMs > 0 || this.#times.size >= MOST_TIMED) return;
    this.#times.set(index, performance.now());
  }

  /** From when message number `index`, which has come back, counts; nothing if it was not timed. */
  take(index: number): number | undefined {
    if (this.#intervalMs > 0) return this.dueMs(index);
    const time = this.#times.get(index);
    this.#times.delete(index);
    return time;
  }
}
