import { type Counters, readCounters } from "../metrics/counter_totals.ts";
import { TraceReader } from "../metrics/trace_reader.ts";
import { isLogged, type LoggedRecord } from "./descriptions.ts";
import type { Reporter } from "./reporter.ts";

/** How often the trace is read. */
const POLL_INTERVAL_MS = 50;

/** What a log shows. */
export interface LogOptions {
  /** The most records that it reports in a second; the others are summed up. */
  readonly maxPerSecond: number;
  /** Whether it reports what the server sends. */
  readonly showsSent: boolean;
  /** Whether a second with too many records is summed up as a whole when it follows another one. */
  readonly sumsUpBusySeconds: boolean;
}

/**
 * Reads the trace and reports a limited number of records a second; the others are summed up. So a
 * flood costs the server next to nothing, and the terminal stays readable.
 */
export class Log {
  readonly #reader: TraceReader;
  readonly #stats: ArrayBufferLike;
  readonly #reporter: Pick<Reporter, "record" | "busy">;
  readonly #options: LogOptions;
  #timer: ReturnType<typeof setInterval> | undefined = undefined;
  #secondBeganMs = 0;
  #before: Counters;
  /** How many records this second has had, and those of them that may still be reported. */
  #count = 0;
  #held: LoggedRecord[] = [];
  #notShown = 0;
  /** Whether the last second had too many. */
  #isBusy = false;

  constructor(
    trace: ArrayBufferLike,
    stats: ArrayBufferLike,
    reporter: Pick<Reporter, "record" | "busy">,
    options: LogOptions,
  ) {
    this.#reader = new TraceReader(trace);
    this.#reporter = reporter;
    this.#stats = stats;
    this.#options = options;
    this.#before = readCounters(stats);
  }

  /** Begins to report, with what was traced before. */
  begin(): void {
    this.#secondBeganMs = performance.now();
    this.#timer = setInterval(() => this.#look(), POLL_INTERVAL_MS);
  }

  /** Reports the rest and ends. */
  close(): void {
    clearInterval(this.#timer);
    this.#look(true);
    this.#endSecond(performance.now());
    this.#reader.close();
  }

  #look(isLast = false): void {
    const nowMs = performance.now();
    if (nowMs >= this.#secondBeganMs + 1_000) this.#endSecond(nowMs);
    const { records, lost } = this.#reader.read(undefined, isLast);
    for (const record of records) {
      if (isLogged(record) && this.#isShown(record)) this.#take(record);
    }
    this.#notShown += lost;
  }

  #isShown({ event }: LoggedRecord): boolean {
    return this.#options.showsSent || event !== "sent";
  }

  #take(record: LoggedRecord): void {
    if (++this.#count > this.#options.maxPerSecond) this.#notShown++;
    else if (this.#isBusy) this.#held.push(record);
    else this.#reporter.record(record);
  }

  #endSecond(nowMs: number): void {
    const counters = readCounters(this.#stats);
    const since = (name: keyof Counters) => counters[name] - this.#before[name];
    this.#notShown += since("untracedRecvs");
    if (this.#options.showsSent) this.#notShown += since("untracedSends");
    const hadTooMany = this.#notShown > 0;
    if (hadTooMany) this.#notShown += this.#held.length;
    else for (const record of this.#held) this.#reporter.record(record);
    if (hadTooMany) {
      this.#reporter.busy({
        notShown: this.#notShown,
        active: counters.active,
        accepted: since("accepted"),
        closed: since("closed"),
        messagesPerSecond: Math.round(since("recvs") / (nowMs - this.#secondBeganMs) * 1_000),
      });
    }
    this.#isBusy = hadTooMany && this.#options.sumsUpBusySeconds;
    this.#before = counters;
    this.#secondBeganMs = nowMs;
    this.#held = [];
    this.#count = 0;
    this.#notShown = 0;
  }
}
