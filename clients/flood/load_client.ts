import type { EchoTracker, Turn } from "./echo_tracker.ts";
import type { Measurements } from "./measurements.ts";
import { type FloodOptions, MAY_BE_LATE_MS } from "./options.ts";
import { SendTimes } from "./send_times.ts";

/** How long a client pauses at least after a connection that failed. */
const RETRY_MS = 100;
/** With `reconnect`, each pause is twice as long as the one before, up to this. */
const MAX_RETRY_MS = 2_000;

/**
 * After which failures to connect a client tries again: local ports become free when the system forgets
 * the connections that were closed, tcp(7), and a server that was too busy may have time later.
 */
const PASSING: readonly string[] = ["EADDRNOTAVAIL", "ECONNRESET", "ECONNABORTED", "ETIMEDOUT"];

/**
 * One client of a flood. It opens one connection, or with `reconnectAfter` one after another, each as
 * soon as the last is closed; with a rate, when the next message is due. With `reconnect` it opens
 * another whenever one fails.
 */
export class LoadClient implements Turn {
  readonly #options: FloodOptions;
  /** How many of its connections were opened, or could not be. */
  #tries = 0;
  #dueMs: number | undefined = undefined;
  /** How many connections have failed since one was answered, and when the first of them did. */
  #failures = 0;
  #failedMs: number | undefined = undefined;

  /** @param index tells it from the other clients, from 0 on */
  constructor(readonly index: number, options: FloodOptions) {
    this.#options = options;
  }

  get seed(): number {
    return this.index + this.#tries * this.#options.conns;
  }

  /** Whether it has not tried to connect before. */
  get isNew(): boolean {
    return this.#tries === 0;
  }

  get dueMs(): number | undefined {
    return this.#dueMs;
  }

  /** A connection was opened for it, which took so long. */
  opened(connectMs: number, nowMs: number, measurements: Measurements): void {
    if (this.isNew) measurements.clients++;
    measurements.opened++;
    measurements.connectTimes.record(connectMs);
    if (this.#failedMs === undefined) return;
    measurements.reopened++;
    measurements.outages.record(nowMs - this.#failedMs);
    this.#failedMs = undefined;
  }

  /**
   * The present connection was closed before the end of the flood. Settles it, unless the client has no
   * other one, and what falls due from now on is sent nowhere.
   *
   * @returns when to open the next one, in milliseconds on the same clock; `Infinity`: never
   */
  afterConnection(echoes: EchoTracker, nowMs: number): number {
    const { thinkMs, reconnectAfter, reconnect, http } = this.#options;
    const { isFinished } = echoes;
    if (echoes.isServed) this.#failures = 0;
    const pauseMs = isFinished ? 0 : this.#failed(nowMs);
    this.#dueMs = echoes.dueMs === 0 ? undefined : echoes.dueMs;
    // A web server closes connections in order, too.
    const goesOn = reconnectAfter < Infinity || (isFinished ? http !== undefined : reconnect);
    const nextMs = this.#next(
      goesOn === true,
      Math.max(nowMs + Math.max(pauseMs, thinkMs), echoes.dueMs),
    );
    if (nextMs < Infinity || isFinished) echoes.settle(nowMs, nowMs, true);
    return nextMs;
  }

  /** As {@linkcode afterConnection}, after a connection that could not be opened for that reason. */
  afterRefusal(reason: string, nowMs: number, measurements: Measurements): number {
    if (this.isNew) measurements.clients++;
    measurements.countRefused(reason, nowMs);
    const { reconnect, reconnectAfter } = this.#options;
    const goesOn = reconnect || (reconnectAfter < Infinity && PASSING.includes(reason));
    return this.#next(goesOn, nowMs + this.#failed(nowMs));
  }

  /**
   * The flood has ended while it had no connection. With a rate, what was due until then counts as not
   * sent: a server that lets clients wait for their next connection would look better than it is.
   */
  floodEnded(endMs: number, measurements: Measurements): void {
    if (this.#dueMs === undefined) return;
    const times = new SendTimes(this.#options.rate, endMs, this.#dueMs);
    const due = times.dueUntil(endMs);
    measurements.countUnsent(due, times.dueUntil(endMs - MAY_BE_LATE_MS));
    times.recordAges(measurements.roundTrips, 0, due, endMs);
  }

  /** @returns for how long to pause */
  #failed(nowMs: number): number {
    if (!this.#options.reconnect) return RETRY_MS;
    this.#failedMs ??= nowMs;
    const pauseMs = Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** this.#failures++);
    // Clients that have failed together do not all come back at the same moment.
    return pauseMs * (0.75 + Math.random() / 4);
  }

  #next(goesOn: boolean, ms: number): number {
    this.#tries++;
    return goesOn && this.#tries < this.#options.connectionsEach ? ms : Infinity;
  }
}
