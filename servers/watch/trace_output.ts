/**
 * Writes events in the Trace Event Format, which Perfetto and chrome://tracing open: an array of JSON
 * objects, one a line. The format makes the `]` at its end optional, so a file that was cut off is still
 * a trace.
 *
 * @module
 */

/** The track of an event. In this format each track is a thread of a process. */
export interface Place {
  readonly pid: number;
  readonly tid: number;
}

/** What an event says besides its name: texts and numbers that the viewer shows. */
export type Args = Readonly<Record<string, string | number>>;

/** Limits to the size of a trace, in bytes. */
export interface TraceLimits {
  /** How much the trace may grow in a second of the run. */
  readonly perSecond: number;
  /** How much it may grow at once, after calmer seconds. */
  readonly burst: number;
  /** How large it may get. */
  readonly total: number;
}

/** A minute at full load is less than 50 MB. What is larger in all takes too much memory to open. */
const TRACE_LIMITS: TraceLimits = {
  perSecond: 680_000,
  burst: 5_000_000,
  total: 256_000_000,
};

/** Events as text. What exceeds the limits is left out and counted. */
export class TraceOutput {
  /** How many slices were left out. */
  slicesLeftOut = 0;
  #text = "[";
  #isFirst = true;
  #room: number;
  #written = 0;
  #nowMs: number;

  /** @param zeroMs the time that events are relative to, in milliseconds since the epoch */
  constructor(
    private readonly zeroMs: number,
    private readonly limits: TraceLimits = TRACE_LIMITS,
  ) {
    this.#room = limits.burst;
    this.#nowMs = zeroMs;
  }

  /** Whether the trace is as large as it may get: nothing more is written. */
  get isFull(): boolean {
    return this.#written >= this.limits.total;
  }

  /** Whether there is room for what must not be left out later, as the end of what has begun. */
  get hasRoom(): boolean {
    return this.#room > 0;
  }

  /** The run has come to this time, and the trace may grow accordingly. */
  advance(timeMs: number): void {
    const elapsedMs = Math.max(0, timeMs - this.#nowMs);
    this.#nowMs = timeMs;
    this.#room = Math.min(
      this.limits.burst,
      this.#room + elapsedMs / 1_000 * this.limits.perSecond,
    );
  }

  /** Returns what was written since the last call. */
  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }

  /** Names a process or a thread, or puts it in order. */
  metadata(name: string, { pid, tid }: Place, args: Args): void {
    this.#write({ ph: "M", name, pid, tid, ts: 0, args });
  }

  /** A slice: something that lasts. */
  slice(name: string, place: Place, fromMs: number, toMs: number, args: Args): void {
    if (this.#room <= 0) return void this.slicesLeftOut++;
    const dur = micros(toMs - fromMs);
    this.#write({ ph: "X", name, ...this.#at(place, fromMs), dur, args });
  }

  /** The begin of a slice whose end comes with {@linkcode end}. */
  begin(name: string, place: Place, timeMs: number, args: Args): void {
    this.#write({ ph: "B", name, ...this.#at(place, timeMs), args });
  }

  /** The end of the slice that began last on the track. */
  end(place: Place, timeMs: number, args: Args): void {
    this.#write({ ph: "E", ...this.#at(place, timeMs), args });
  }

  /** Values that change over time. */
  counter(name: string, place: Place, timeMs: number, args: Args): void {
    this.#write({ ph: "C", name, ...this.#at(place, timeMs), args });
  }

  /** A mark across all tracks. */
  mark(name: string, place: Place, timeMs: number, args: Args): void {
    this.#write({ ph: "i", name, s: "g", ...this.#at(place, timeMs), args });
  }

  /** Ends the array. */
  close(): void {
    this.#text += "\n]\n";
  }

  #at({ pid, tid }: Place, timeMs: number): { pid: number; tid: number; ts: number } {
    return { pid, tid, ts: micros(Math.max(0, timeMs - this.zeroMs)) };
  }

  #write(event: Readonly<Record<string, unknown>>): void {
    const text = `${this.#isFirst ? "\n" : ",\n"}${JSON.stringify(event)}`;
    this.#isFirst = false;
    this.#text += text;
    this.#room -= text.length;
    this.#written += text.length;
  }
}

/** The unit of the format is the microsecond. */
function micros(ms: number): number {
  return Math.round(ms * 1_000);
}
