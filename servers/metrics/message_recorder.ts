import type { Observed } from "../sockets/observer.ts";
import type { Controls } from "./controls.ts";
import { COUNTER, openCounters } from "./counters.ts";
import { TRACE_EVENT, type TraceWriter } from "./trace.ts";

/** The half of a {@linkcode Recorder} that works with each message. Here a byte is counted. */
export abstract class MessageRecorder {
  protected readonly counters: Float64Array;
  /** How many readers the trace has, in an array of one. */
  readonly #traceReaders: Int32Array;

  /**
   * @param block the block of counters that only this recorder writes
   * @param controls given when the server is watched; the calling thread obeys them
   */
  constructor(
    stats: ArrayBufferLike,
    block: number,
    protected readonly trace: TraceWriter,
    protected readonly controls: Controls | undefined,
  ) {
    this.counters = openCounters(stats, block);
    this.#traceReaders = trace.readers;
  }

  received(client: Observed, buffer: Uint8Array, count: number): void {
    this.counters[COUNTER.bytesIn] += count;
    this.counters[COUNTER.recvs]++;
    if (this.#traceReaders[0] > 0) this.traceMessage(TRACE_EVENT.received, client, count, buffer);
    this.controls?.obey();
  }

  sent(client: Observed, count: number): void {
    this.counters[COUNTER.bytesOut] += count;
    this.counters[COUNTER.sends]++;
    if (this.#traceReaders[0] > 0) this.traceMessage(TRACE_EVENT.sent, client, count);
  }

  wokeUp(scanned: number, ready: number): void {
    // Woken by the view, which asks whether it is alive: that is none of its work.
    if (this.controls?.answer() === true && ready === 0) return this.controls.obey();
    this.counters[COUNTER.wakeUps]++;
    this.counters[COUNTER.scanned] += scanned;
    this.counters[COUNTER.ready] += ready;
    if (this.#traceReaders[0] > 0) this.traceReturn(scanned, ready);
    this.controls?.obey();
  }

  /** Traces a message, or counts that there was no room for it. */
  protected abstract traceMessage(
    event: number,
    client: Observed,
    sizeBytes: number,
    bytes?: Uint8Array,
  ): void;

  /** Traces the return of a call that waits. */
  protected abstract traceReturn(scanned: number, ready: number): void;
}
