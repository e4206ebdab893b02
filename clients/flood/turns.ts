import type { Durations } from "./durations.ts";
import type { Measurements } from "./measurements.ts";
import { type FloodOptions, MAY_BE_LATE_MS } from "./options.ts";
import { RateProfile } from "./rate_profile.ts";

/** How many turns are given in a row before what comes back is looked at. */
export const MAX_TURNS = 1_024;
/** In how many steps at most the ages of messages are recorded that were not sent. */
const MAX_STEPS = 1_024;

/** Which part of the messages is whose: thread 0 of 2 has the first, the third and so on. */
export interface Share {
  readonly thread: number;
  readonly threads: number;
}

/**
 * Whose turn it is to send, where all connections share one rate: an open model. Messages fall due
 * whatever the server does. Each is sent on the connection that has been free for longest; while none is
 * free, they wait, and their round trips count from when they were due.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 *
 * const turns = new Turns<string>({ totalRate: 100 }, { thread: 0, threads: 1 });
 * turns.begin(0);
 * turns.park("first");
 * turns.park("second");
 * deepEqual([turns.next(4), turns.next(5)], [undefined, { connection: "first", dueMs: 5 }]);
 * turns.park("first");
 * deepEqual(turns.next(20), { connection: "second", dueMs: 15 });
 * ```
 */
export class Turns<Connection> {
  readonly #profile: RateProfile;
  readonly #share: Share;
  /** Those that have nothing to do, in the order in which they became free. */
  readonly #free = new Set<Connection>();
  #startMs = Infinity;
  /** How many messages of this share were given to connections. */
  #taken = 0;
  #nextMs = Infinity;

  /** @param options with a total rate, or stages, or both: then it begins with that rate */
  constructor({ totalRate = 0, stages }: Pick<FloodOptions, "totalRate" | "stages">, share: Share) {
    this.#profile = new RateProfile(totalRate, stages);
    this.#share = share;
  }

  /** Messages begin to fall due. */
  begin(nowMs: number): void {
    this.#startMs = nowMs;
    this.#findNext();
  }

  /** When {@linkcode next} has something to do; `Infinity` while no connection is free. */
  get dueMs(): number {
    return this.#free.size === 0 ? Infinity : this.#nextMs;
  }

  /** `connection` is free from now on, unless it was before. */
  park(connection: Connection): void {
    this.#free.add(connection);
  }

  /** `connection` is free no more, since it is closed. */
  leave(connection: Connection): void {
    this.#free.delete(connection);
  }

  /** Whose turn it is, and since when, if a message is due and a connection is free. */
  next(nowMs: number): { connection: Connection; dueMs: number } | undefined {
    const dueMs = this.#nextMs;
    if (dueMs > nowMs) return undefined;
    for (const connection of this.#free) {
      this.#free.delete(connection);
      this.#taken++;
      this.#findNext();
      return { connection, dueMs };
    }
    return undefined;
  }

  /** The flood has ended: counts what was due until then and had no connection. */
  settle(endMs: number, measurements: Measurements): void {
    const notSent = this.#dueUntil(endMs) - this.#taken;
    const overdue = this.#dueUntil(endMs - MAY_BE_LATE_MS) - this.#taken;
    measurements.countUnsent(notSent, overdue);
    if (notSent > 0) this.#recordAges(notSent, endMs, measurements.roundTrips);
  }

  /** Those that follow each other count as the oldest of them, where they are very many. */
  #recordAges(count: number, endMs: number, durations: Durations): void {
    const steps = Math.min(count, MAX_STEPS);
    for (let step = 0; step < steps; step++) {
      const from = Math.floor(step * count / steps);
      const to = Math.floor((step + 1) * count / steps);
      durations.recordEvenly(endMs - this.#timeOf(this.#taken + from), 0, to - from);
    }
  }

  /** How many of this share are due until then. */
  #dueUntil(ms: number): number {
    const { thread, threads } = this.#share;
    const due = this.#profile.dueUntil(ms - this.#startMs);
    return Math.max(0, Math.floor((due - 0.5 - thread) / threads) + 1);
  }

  /**
   * When message `number` of this share is due. The first one of all is due after half an interval, so
   * that as many are due in any time as the rate says, rounded.
   */
  #timeOf(number: number): number {
    const { thread, threads } = this.#share;
    return this.#startMs + this.#profile.timeOf(thread + number * threads + 0.5);
  }

  #findNext(): void {
    this.#nextMs = this.#timeOf(this.#taken);
  }
}
