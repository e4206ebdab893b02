import { TraceReader, type TraceRecord } from "../shared_memory/trace.ts";
import type { Reporter } from "./reporter.ts";

/** How often the trace is looked at. */
const LOOK_MS = 50;

/**
 * Reads the trace and reports it, at most so many records a second; the others are summed up. So a
 * flood costs the server next to nothing, and the terminal stays readable.
 */
export class Log {
  readonly #reader: TraceReader;
  readonly #reporter: Reporter;
  readonly #mostPerSecond: number;
  readonly #isShown: (record: TraceRecord) => boolean;
  readonly #timer: ReturnType<typeof setInterval>;
  #secondEndsMs = 0;
  #shown = 0;
  #notShown = 0;

  constructor(
    trace: ArrayBufferLike,
    reporter: Reporter,
    mostPerSecond: number,
    isShown: (record: TraceRecord) => boolean,
  ) {
    this.#reader = new TraceReader(trace);
    this.#reporter = reporter;
    this.#mostPerSecond = mostPerSecond;
    this.#isShown = isShown;
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
      if (!this.#isShown(record)) continue;
      if (this.#shown++ < this.#mostPerSecond) this.#reporter.record(record);
      else this.#notShown++;
    }
    this.#notShown += lost;
  }

  #sumUp(): void {
    if (this.#notShown > 0) this.#reporter.more(this.#notShown);
    this.#notShown = 0;
  }
}
