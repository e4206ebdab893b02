import type { Observed, Observer } from "../sockets/observer.ts";
import { COUNTER } from "./counters.ts";
import { RareRecorder } from "./rare_recorder.ts";
import { TRACE_EVENT } from "./trace.ts";

/**
 * Counts what the sockets report, and traces it while a reader is there. This half works with each message:
 * here a byte is counted.
 */
export class Recorder extends RareRecorder implements Observer {
  /** How many readers the trace has, in an array of one. */
  readonly #traceReaders = this.trace.readers;
  /** How often a socket that was asked had something, at the end of the last round. */
  #foundBefore = 0;

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

  /** Counted only where somebody may look: it has not slept, so it was not woken up either. */
  polled(asked: number): void {
    if (this.controls === undefined) return;
    const { accepted, recvs, closed } = COUNTER;
    const found = this.counters[accepted] + this.counters[recvs] + this.counters[closed];
    const ready = Math.min(asked, found - this.#foundBefore);
    this.#foundBefore = found;
    this.wokeUp(asked, ready);
  }
}
