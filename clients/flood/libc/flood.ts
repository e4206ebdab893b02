import { HostLookupError, lookUpHost } from "../../../servers/sockets/libc/host_lookup.ts";
import { SystemCallError } from "../../../servers/system/system_interface.ts";
import { systemCalls } from "../../../servers/system/system_calls.ts";
import { LibcClock } from "../../../servers/system/clock.ts";
import { createWaker, wake } from "../../../servers/system/eventfd.ts";
import { type FromThread, SHARED, type ThreadReport, type ThreadSetup } from "./protocol.ts";
import { Intervals, type OnInterval } from "../intervals.ts";
import { Measurements } from "../measurements.ts";
import { type FloodOptions, withRequests } from "../options.ts";
import type { RunningFlood } from "../running_flood.ts";
import { endWorkers, startWorker } from "../../../servers/system/worker_life.ts";

/** Many connections to one server, on the system's own calls, shared among threads. */
export class LibcFlood implements RunningFlood {
  readonly options: FloodOptions;
  readonly #threads: number;
  readonly #calls = systemCalls();
  readonly #shared = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
  /** What each thread has reported last. */
  readonly #reports: ThreadReport[] = [];
  readonly #warm = Promise.withResolvers<void>();
  readonly #intervals: Intervals;
  #waker = -1;

  /** @param threads how many threads share the connections; no more than there are connections */
  constructor(options: FloodOptions, threads: number) {
    this.options = withRequests(options);
    this.#threads = Math.min(threads, options.conns);
    this.#intervals = new Intervals(this.#threads, () => this);
  }

  get measurements(): Measurements {
    return this.#intervals.total;
  }

  get onInterval(): OnInterval | undefined {
    return this.#intervals.onInterval;
  }

  set onInterval(onInterval: OnInterval | undefined) {
    this.#intervals.onInterval = onInterval;
  }

  get connected(): number {
    return this.#reports.reduce((sum, { connected }) => sum + connected, 0);
  }

  get waiting(): number {
    return this.#reports.reduce((sum, { waiting }) => sum + waiting, 0);
  }

  get warm(): Promise<void> {
    return this.#warm.promise;
  }

  get elapsedMs(): number {
    return this.#reports.reduce((max, { elapsedMs }) => Math.max(max, elapsedMs), 0);
  }

  stop(): void {
    Atomics.add(this.#shared, SHARED.stops, 1);
    if (this.#waker !== -1) wake(this.#calls, this.#waker);
  }

  /**
   * @throws {SystemCallError} when the system has no descriptors for the threads
   * @throws {OutOfThreadsError} when it does not allow as many
   */
  async run(): Promise<void> {
    const { host, port, conns } = this.options;
    let destinations;
    try {
      destinations = lookUpHost(host, port);
    } catch (error) {
      if (!(error instanceof HostLookupError)) throw error;
      this.measurements.countRefused(error.message, 0, conns);
      return;
    }
    this.#waker = createWaker(this.#calls);
    const workers: ThreadHandle[] = [];
    try {
      while (workers.length < this.#threads) workers.push(new ThreadHandle());
      await Promise.all(workers.map((worker) => worker.ready));
      this.#intervals.begin();
      const startedMs = new LibcClock().now();
      await Promise.all(workers.map((worker, thread) =>
        worker.run({
          options: this.options,
          destinations,
          thread,
          threads: this.#threads,
          waker: this.#waker,
          startedMs,
          shared: this.#shared.buffer,
        }, (report) => this.#take(thread, report))
      ));
      this.#intervals.end();
    } finally {
      this.#warm.resolve();
      endWorkers(workers.map(({ worker }) => worker));
      this.#calls.close(this.#waker);
      this.#waker = -1;
    }
  }

  #take(thread: number, report: ThreadReport): void {
    this.#reports[thread] = report;
    const slice = new Measurements();
    slice.addPacked(report.slice);
    if (!report.isWarmup) this.#intervals.endWarmup();
    this.#intervals.add(thread, slice, report);
    if (report.isWarm) this.#intervals.endWarmup();
    if (this.#reports.filter(({ isWarm }) => isWarm).length === this.#threads) this.#warm.resolve();
  }
}

/** A thread as its flood sees it. */
class ThreadHandle {
  readonly worker = startWorker(new URL("./worker.ts", import.meta.url));
  readonly #ready = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #onReport: (report: ThreadReport) => void = () => {};

  constructor() {
    this.worker.onmessage = ({ data }: MessageEvent<FromThread>) => {
      if (data.kind === "ready") return this.#ready.resolve();
      if (data.kind === "failed") {
        return this.#ended.reject(new SystemCallError(data.call, data.errno));
      }
      this.#onReport(data.report);
      if (data.kind === "ended") this.#ended.resolve();
    };
    this.worker.onerror = (event) => {
      event.preventDefault();
      const error = new Error(event.message);
      this.#ready.reject(error);
      this.#ended.reject(error);
    };
    // run() passes the failure on; one that comes before run() must not count as unhandled.
    this.#ended.promise.catch(() => {});
  }

  /** Resolves when the thread can begin. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /**
   * Does the thread's share of the flood.
   *
   * @throws {Error} when the thread failed
   */
  run(setup: ThreadSetup, onReport: (report: ThreadReport) => void): Promise<void> {
    this.#onReport = onReport;
    this.worker.postMessage(setup);
    return this.#ended.promise;
  }
}
