// @ts-types="../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import { Measurements } from "./measurements.ts";
import { type FloodOptions, MAX_CONNECTING } from "./options.ts";
import type { RunningFlood } from "./running_flood.ts";
import { LoadConnection } from "./load_connection.ts";
import { reasonOf } from "./tally.ts";

/** Many connections to one server, on Deno's own sockets. */
export class Flood implements RunningFlood {
  readonly measurements = new Measurements();

  readonly #options: FloodOptions;
  readonly #end = new AbortController();
  readonly #connections = new Set<LoadConnection>();
  /** Connections lost before the end. With a rate, their messages keep falling due. */
  readonly #cutShort: LoadConnection[] = [];
  readonly #talking: Promise<void>[] = [];
  /** Resolves to nothing when the flood ends. */
  readonly #ended = new Promise<undefined>((resolve) =>
    this.#end.signal.addEventListener("abort", () => resolve(undefined))
  );
  readonly #warm = Promise.withResolvers<void>();
  #connecting = 0;
  #measuredFromMs = 0;
  /** When the flood has ended. */
  #endMs = 0;
  #elapsedMs = 0;
  #stops = 0;

  constructor(options: FloodOptions) {
    this.#options = options;
  }

  /** Connections that are open and were not served yet. */
  get waiting(): number {
    let waiting = 0;
    for (const connection of this.#connections) if (!connection.isServed) waiting++;
    return waiting;
  }

  get connected(): number {
    return this.#connections.size;
  }

  get warm(): Promise<void> {
    return this.#warm.promise;
  }

  /** For how long messages were sent, without the warm-up. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  /** Ends the flood before its time; when called again, without waiting for what is owed. */
  stop(): void {
    this.#end.abort();
    if (++this.#stops > 1) this.#giveUp();
  }

  /** Opens the connections, talks on them, and resolves when all are closed. */
  async run(): Promise<void> {
    const { warmupMs } = this.#options;
    this.#measuredFromMs = performance.now();
    this.measurements.begin(this.#measuredFromMs);
    let timer: ReturnType<typeof setTimeout> | undefined;
    if (warmupMs === 0) timer = this.#beginMeasuring();
    else {
      timer = setTimeout(() => {
        this.measurements.endWarmup();
        timer = this.#beginMeasuring();
      }, warmupMs);
    }
    this.#end.signal.addEventListener("abort", () => {
      clearTimeout(timer);
      this.#warm.resolve();
      this.#endMs = performance.now();
      this.#elapsedMs = this.#endMs - this.#measuredFromMs;
      for (const connection of this.#cutShort) connection.settle(this.#endMs, this.#endMs);
      for (const connection of this.#connections) {
        // A connection without an echo by now counts as not served, whatever the server still does.
        if (this.#options.wait && !connection.isServed) connection.giveUp();
        else connection.floodEnded();
      }
    });
    await this.#openAll();
    const overdue = this.#giveUpOverdue();
    await Promise.all(this.#talking);
    overdue.cancel();
    this.#end.abort();
  }

  /** @returns the timer that ends the flood, if it is to end by itself */
  #beginMeasuring(): ReturnType<typeof setTimeout> | undefined {
    const { durationMs } = this.#options;
    this.#measuredFromMs = performance.now();
    this.#warm.resolve();
    return durationMs === Infinity ? undefined : setTimeout(() => this.#end.abort(), durationMs);
  }

  async #openAll(): Promise<void> {
    const { conns, connectRate } = this.#options;
    const startedMs = performance.now();
    const opening: Promise<void>[] = [];
    for (let index = 0; index < conns && !this.#end.signal.aborted; index++) {
      const dueMs = startedMs + index * 1_000 / connectRate;
      const pauseMs = dueMs - performance.now();
      if (pauseMs > 0) await delay(pauseMs, { signal: this.#end.signal }).catch(() => {});
      while (this.#connecting >= MAX_CONNECTING) await Promise.race(opening);
      const opened = this.#open(index).then(() => {
        opening.splice(opening.indexOf(opened), 1);
      });
      opening.push(opened);
    }
    await Promise.all(opening);
  }

  async #open(index: number): Promise<void> {
    const { host: hostname, port } = this.#options;
    const startedMs = performance.now();
    this.#connecting++;
    const connecting = Deno.connect({ hostname, port });
    let conn: Deno.TcpConn | undefined;
    try {
      conn = await Promise.race([connecting, this.#ended]);
    } catch (error) {
      this.measurements.countRefused(reasonOf(error));
      return;
    } finally {
      this.#connecting--;
    }
    if (conn === undefined) {
      // The flood is over, and a backlog that is full may keep this one waiting for minutes.
      connecting.then((late) => late.close(), () => {});
      return;
    }
    this.measurements.connectTimes.record(performance.now() - startedMs);
    this.measurements.opened++;
    try {
      conn.setNoDelay(true);
    } catch {
      // It is gone already, and talk() counts that.
    }
    const connection = new LoadConnection(
      conn,
      index,
      this.#options,
      this.measurements,
      this.#end.signal,
    );
    this.#connections.add(connection);
    this.#talking.push(connection.talk().finally(() => this.#closed(connection)));
  }

  #closed(connection: LoadConnection): void {
    this.#connections.delete(connection);
    const isOver = this.#end.signal.aborted;
    if (!isOver && this.#options.rate < Infinity) this.#cutShort.push(connection);
    else connection.settle(this.#endMs, performance.now());
  }

  /** Gives up on what is owed some time after the end. */
  #giveUpOverdue(): { cancel(): void } {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const begin = () => timer = setTimeout(() => this.#giveUp(), this.#options.lastEchoesMs);
    if (this.#end.signal.aborted) begin();
    else this.#end.signal.addEventListener("abort", begin);
    return {
      cancel: () => {
        clearTimeout(timer);
        this.#end.signal.removeEventListener("abort", begin);
      },
    };
  }

  #giveUp(): void {
    for (const connection of this.#connections) connection.giveUp();
  }
}
