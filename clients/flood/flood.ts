// @ts-types="../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import { settlesWithin } from "../../cli/settles_within.ts";
import type { EchoTracker } from "./echo_tracker.ts";
import { LoadClient } from "./load_client.ts";
import { INTERVAL_MS, Intervals, type OnInterval } from "./intervals.ts";
import { Measurements } from "./measurements.ts";
import { OpeningGate } from "./opening_gate.ts";
import { type FloodOptions, hasTotalRate, withRequests } from "./options.ts";
import type { RunningFlood } from "./running_flood.ts";
import { LoadConnection } from "./load_connection.ts";
import { reasonOf } from "./tally.ts";
import { TimedTurns } from "./timed_turns.ts";

/** Many connections to one server, on Deno's own sockets. */
export class Flood implements RunningFlood {
  readonly options: FloodOptions;

  readonly #intervals = new Intervals(1, () => this);
  /** What was measured since {@linkcode measurements} was asked for, or an interval was over. */
  readonly #slice = new Measurements();
  #sliceMs = 0;
  #startedMs = performance.now();
  readonly #turns: TimedTurns | undefined = undefined;
  /** Ends the interval. */
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;
  readonly #end = new AbortController();
  readonly #connections = new Set<LoadConnection>();
  /** Connections lost before the end. With a rate, their messages keep falling due. */
  readonly #cutShort: EchoTracker[] = [];
  /**
   * What clients wait with for something or for the end of the flood. A signal would search for each
   * listener that goes among those of all.
   */
  readonly #atEnd = new Set<() => void>();
  readonly #warm = Promise.withResolvers<void>();
  /** Resolves when first answers are waited for no longer; undefined from then on. */
  #settled: PromiseWithResolvers<void> | undefined;
  #measuredFromMs = 0;
  /** When the flood has ended. */
  #endMs = 0;
  #elapsedMs = 0;
  #stops = 0;

  constructor(options: FloodOptions) {
    this.options = withRequests(options);
    if (hasTotalRate(options)) this.#turns = new TimedTurns(options);
    if (options.settleMs > 0) this.#settled = Promise.withResolvers();
  }

  get measurements(): Measurements {
    this.#endSlice();
    return this.#intervals.total;
  }

  get onInterval(): OnInterval | undefined {
    return this.#intervals.onInterval;
  }

  set onInterval(onInterval: OnInterval | undefined) {
    this.#intervals.onInterval = onInterval;
  }

  /** Connections that are open and were not served yet. */
  get waiting(): number {
    let waiting = 0;
    for (const connection of this.#connections) if (connection.echoes.isWaiting) waiting++;
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
    const { conns, connectRate } = this.options;
    const { signal } = this.#end;
    this.#begin();
    signal.addEventListener("abort", () => this.#endAll());
    const phases = this.#runPhases();
    const gate = new OpeningGate(connectRate, signal);
    const clients: Promise<void>[] = [];
    for (let index = 0; index < conns && !signal.aborted; index++) {
      await gate.enter();
      clients.push(this.#runClient(new LoadClient(index, this.options), gate));
    }
    const served = Promise.all(clients);
    const overdue = this.#giveUpOverdue(served);
    await served;
    this.#end.abort();
    await overdue;
    await phases;
    clearTimeout(this.#timer);
    this.#endSlice();
    this.#intervals.end();
  }

  #begin(): void {
    this.#startedMs = performance.now();
    this.#sliceMs = 0;
    this.#intervals.begin();
    if (this.#intervals.onInterval !== undefined) this.#endInterval(0);
  }

  /** Ends a slice at the end of each interval. */
  #endInterval(index: number): void {
    const sinceMs = performance.now() - this.#startedMs;
    if (sinceMs >= index * INTERVAL_MS) {
      this.#endSlice();
      index = Math.floor(sinceMs / INTERVAL_MS) + 1;
    }
    this.#timer = setTimeout(() => this.#endInterval(index), index * INTERVAL_MS - sinceMs);
  }

  #endSlice(): void {
    const fromMs = this.#sliceMs;
    const toMs = this.#sliceMs = performance.now() - this.#startedMs;
    this.#intervals.add(0, this.#slice, { fromMs, toMs });
    this.#slice.clear();
  }

  /** Waits for first answers, warms up, and measures. Resolves when the flood ends. */
  async #runPhases(): Promise<void> {
    const { conns, settleMs, warmupMs, durationMs } = this.options;
    const { signal } = this.#end;
    const settled = new AbortController();
    let awaited = conns;
    let fromMs = this.#measuredFromMs = performance.now();
    this.#slice.begin(fromMs, (connections) => {
      awaited -= connections;
      if (awaited <= 0) settled.abort();
    });
    if (settleMs === 0) this.#turns?.begin(fromMs);
    else {
      await settlesWithin(aborted(AbortSignal.any([signal, settled.signal])), settleMs);
      this.#slice.endSettling();
      fromMs = performance.now(); // what is due is measured from the same moment on
      this.#turns?.begin(fromMs);
      for (const { echoes } of this.#connections) echoes.beginRate(fromMs);
      this.#settled?.resolve();
      this.#settled = undefined;
    }
    if (warmupMs > 0) {
      await pause(warmupMs, signal);
      fromMs = performance.now();
    }
    if (settleMs + warmupMs > 0) {
      if (signal.aborted) return;
      this.#endSlice();
      this.#intervals.endWarmup();
      this.#measuredFromMs = fromMs;
    }
    this.#warm.resolve();
    if (durationMs === Infinity) return;
    const endMs = this.#measuredFromMs + durationMs;
    if (this.#turns !== undefined) this.#turns.endMs = endMs;
    for (let leftMs; (leftMs = endMs - performance.now()) > 0 && !signal.aborted;) {
      await pause(leftMs, signal); // a timer may be early
    }
    this.#end.abort();
  }

  #endAll(): void {
    this.#warm.resolve();
    this.#endMs = Math.min(performance.now(), this.#turns?.endMs ?? Infinity);
    this.#elapsedMs = this.#endMs - this.#measuredFromMs;
    for (const echoes of this.#cutShort) echoes.settle(this.#endMs, this.#endMs, false);
    for (const end of this.#atEnd) end();
    this.#turns?.end(this.#endMs, this.#slice);
    for (const connection of this.#connections) {
      if (connection.echoes.isHopeless(this.#endMs)) connection.giveUp();
      else connection.floodEnded();
    }
  }

  /** Opens the connections of a client that has entered the gate, one after another. */
  async #runClient(client: LoadClient, gate: OpeningGate): Promise<void> {
    const { signal } = this.#end;
    for (;;) {
      const dueMs = await this.#runConnection(client, () => gate.leave());
      if (dueMs === Infinity) return;
      const pauseMs = dueMs - performance.now();
      if (pauseMs > 0) await this.#pauseOrEnd(pauseMs);
      if (signal.aborted) return client.floodEnded(this.#endMs, this.#slice);
      await gate.enter();
    }
  }

  /** @returns when to open the next, were the flood not over; `Infinity`: never */
  async #runConnection(client: LoadClient, tried: () => void): Promise<number> {
    let connection: LoadConnection | undefined;
    try {
      connection = await this.#open(client);
    } catch (error) {
      return client.afterRefusal(reasonOf(error), performance.now(), this.#slice);
    } finally {
      tried();
    }
    if (connection === undefined) return 0;
    this.#connections.add(connection);
    await connection.talk();
    this.#connections.delete(connection);
    const { echoes } = connection;
    const nowMs = performance.now();
    if (this.#end.signal.aborted) {
      echoes.settle(this.#endMs, nowMs, false);
      return Infinity;
    }
    const dueMs = client.afterConnection(echoes, nowMs);
    if (dueMs === Infinity && !echoes.isFinished) this.#cutShort.push(echoes);
    return dueMs;
  }

  /** @returns nothing when the flood has ended before it was open */
  async #open(client: LoadClient): Promise<LoadConnection | undefined> {
    if (this.#end.signal.aborted) return undefined;
    const { host: hostname, port } = this.options;
    const startedMs = performance.now();
    const connecting = Deno.connect({ hostname, port });
    const conn = await this.#orEnd(connecting);
    if (conn === undefined) {
      this.#slice.connectAges.record(this.#endMs - startedMs);
      // A backlog that is full may keep this one waiting for minutes.
      connecting.then((late) => late.close(), () => {});
      return undefined;
    }
    const nowMs = performance.now();
    const connectMs = nowMs - startedMs;
    client.opened(connectMs, nowMs, this.#slice);
    try {
      conn.setNoDelay(true);
    } catch {
      // It is gone already, and talk() counts that.
    }
    return new LoadConnection(
      conn,
      client,
      connectMs,
      this.options,
      this.#slice,
      this.#turns,
      this.#settled?.promise,
      this.#end.signal,
    );
  }

  /** Resolves as `awaited` does, or to nothing when the flood ends. */
  #orEnd<Value>(awaited: Promise<Value>): Promise<Value | undefined> {
    return new Promise((resolve, reject) => {
      const end = () => resolve(undefined);
      this.#atEnd.add(end);
      awaited.then(resolve, reject).finally(() => this.#atEnd.delete(end));
    });
  }

  #pauseOrEnd(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#atEnd.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#atEnd.add(end);
    });
  }

  /** Gives up on what is owed some time after the end. */
  async #giveUpOverdue(served: Promise<unknown>): Promise<void> {
    await aborted(this.#end.signal);
    if (!await settlesWithin(served, this.options.lastEchoesMs)) this.#giveUp();
  }

  #giveUp(): void {
    for (const connection of this.#connections) connection.giveUp();
  }
}

/** Waits until the time is over, or the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, { signal }).catch(() => {});
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
