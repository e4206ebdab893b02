import { readCounters } from "../shared_memory/stats.ts";
import { TraceReader } from "../shared_memory/trace.ts";
import { isLogged, type LoggedRecord } from "./descriptions.ts";
import type { Reporter } from "./reporter.ts";

/** How often the trace is looked at. */
const LOOK_MS = 50;

/**
 * Reads the trace and reports it, at most so many records a second; the others are summed up. So a
 * flood costs the server next to nothing, and the terminal stays readable.
 */
export class Log {
  readonly #reader: TraceReader;
  readonly #stats: ArrayBufferLike;
  readonly #reporter: Pick<Reporter, "record" | "more">;
  readonly #mostPerSecond: number;
  readonly #showsSent: boolean;
  #timer: ReturnType<typeof setInterval> | undefined = undefined;
  #secondEndsMs = 0;
  #shown = 0;
  #notShown = 0;
  #untraced = 0;

  constructor(
    trace: ArrayBufferLike,
    stats: ArrayBufferLike,
    reporter: Pick<Reporter, "record" | "more">,
    mostPerSecond: number,
    showsSent: boolean,
  ) {
    this.#reader = new TraceReader(trace);
    this.#reporter = reporter;
    this.#mostPerSecond = mostPerSecond;
    this.#stats = stats;
    this.#showsSent = showsSent;
  }

  /** From now on reports what has been traced, from the beginning. */
  begin(): void {
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** Reports what is left and ends. */
  close(): void {
    clearInterval(this.#timer);
    this.#look();
    this.#sumUp();
    this.#reader.close();
  }

  #look(): void {
    const nowMs = performance.now();
    if (nowMs >= this.#secondEndsMs) {
      this.#sumUp();
      this.#secondEndsMs = nowMs + 1_000;
      this.#shown = 0;
    }
    const { records, lost } = this.#reader.read();
    for (const record of records) {
      if (!isLogged(record) || !this.#isShown(record)) continue;
      if (this.#shown++ < this.#mostPerSecond) this.#reporter.record(record);
      else this.#notShown++;
    }
    this.#notShown += lost;
  }

  #isShown({ event }: LoggedRecord): boolean {
    return this.#showsSent || event !== "sent";
  }

  #sumUp(): void {
    const { untracedRecvs, untracedSends } = readCounters(this.#stats);
    const untraced = untracedRecvs + (this.#showsSent ? untracedSends : 0);
    this.#notShown += untraced - this.#untraced;
    this.#untraced = untraced;
    if (this.#notShown > 0) this.#reporter.more(this.#notShown);
    this.#notShown = 0;
  }
}
