/**
 * One heat: a server is started, flooded and measured, and is gone when the heat is over.
 *
 * @module
 */

// @ts-types="../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { readResourceUsage } from "../../servers/runtime/resource_usage.ts";
import { Flood } from "../flood/flood.ts";
import { LibcFlood } from "../flood/libc/flood.ts";
import type { FloodOptions } from "../flood/options.ts";
import type { RunningFlood } from "../flood/running_flood.ts";
import { killOrphans } from "../../servers/system/subreaper.ts";
import { NotListeningError, type ServerEnd, type ServerProcess } from "../target/server_process.ts";
import type { Entrant } from "./entrants.ts";
import { type Faults, faultsOf } from "./faults.ts";
import { makeMeasured, type Measured } from "./figures.ts";
import { TreeWatch, type Usage } from "./tree_watch.ts";
import type { Totals } from "../../servers/runtime/json_reporter.ts";

/** How long a server may take until it listens. */
export const START_TIMEOUT_MS = 10_000;
/** How long a server may take to stop when its clients have gone. */
const GRACE_MS = 1_000;

/**
 * The options of the flood, but for the host and the port, which are those of the server. The duration
 * is the longest that is measured; connections that come and go may all have gone before.
 */
export interface Load extends Omit<FloodOptions, "host" | "port"> {
  /** How many threads flood, where there can be more than one. */
  readonly threads: number;
  /** Whether a server that has not answered all connections in time is not measured any further. */
  readonly onlySettled?: boolean;
}

/** What a heat gave: figures, or the reason why there are none. */
export type Heat = Measured | { readonly failure: Failure };

/** What is known of a server that is flooded. */
export type FloodedServer = Pick<ServerProcess, "pid" | "port" | "exited" | "ended">;

/** Why a server could not be measured. */
export type Failure =
  | { readonly kind: "ended-early" | "silent" | "ended"; readonly end: ServerEnd }
  | { readonly kind: "not-served"; readonly opened: number; readonly faults: Faults };

/**
 * Runs a heat.
 *
 * @throws {unknown} the reason of the signal, when that ended it
 */
export async function runHeat(entrant: Entrant, load: Load, signal: AbortSignal): Promise<Heat> {
  return await withServer(
    entrant,
    signal,
    async (server) =>
      await floodServer(server, load, signal, async () => (await server.stop(GRACE_MS)).totals),
  );
}

/**
 * Starts a server, and stops it when `use` is done with it.
 *
 * @returns what `use` returns, or why the server could not be started
 * @throws {unknown} the reason of the signal, when that ended it
 */
export async function withServer<Result>(
  entrant: Entrant,
  signal: AbortSignal,
  use: (server: ServerProcess) => Promise<Result>,
): Promise<Result | { readonly failure: Failure }> {
  try {
    const server = await entrant.start({ startTimeoutMs: START_TIMEOUT_MS, signal });
    try {
      return await use(server);
    } finally {
      await server.stop(GRACE_MS);
    }
  } catch (error) {
    if (!(error instanceof NotListeningError)) throw error;
    return { failure: { kind: error.tookTooLong ? "silent" : "ended-early", end: error.end } };
  } finally {
    if (hasSystemCalls()) await killOrphans();
  }
}

/**
 * Floods a server that runs, and measures it.
 *
 * @param totals stops the server if its totals are of interest, and returns them
 * @throws {unknown} the reason of the signal, when that ended it
 */
export async function floodServer(
  server: FloodedServer,
  load: Load,
  signal: AbortSignal,
  totals: () => Promise<Totals | undefined>,
): Promise<Heat> {
  const watch = hasSystemCalls() ? new TreeWatch(server.pid) : undefined;
  const flood = makeFlood(load, server.port);
  const stop = () => flood.stop();
  signal.addEventListener("abort", stop);
  const flooding = flood.run();
  try {
    const over = new AbortController();
    flooding.then(() => over.abort());
    const measuring = measure(flood, watch, load, signal, over.signal);
    const first = await Promise.race([measuring, server.exited.then(() => undefined)]);
    // The flood can lose its connections, and so be over, before this process hears that the server is.
    if (first === undefined || watch?.isExiting) {
      over.abort();
      await measuring.catch(() => {}); // the server it measures is gone
      return { failure: { kind: "ended", end: await server.ended } };
    }
    flood.stop();
    if (first.isInVain) flood.stop(); // it does not wait for what is owed
    await flooding;
    if (flood.measurements.served === 0) {
      const { opened } = flood.measurements;
      return { failure: { kind: "not-served", opened, faults: faultsOf(flood.measurements) } };
    }
    const { peaks, memoryGrowthBytes } = watch ?? {};
    const { conns, connectionsEach } = load;
    const wanted = connectionsEach < Infinity ? conns * connectionsEach : undefined;
    const seen = { ...first, peaks, memoryGrowthBytes, wanted, totals: await totals() };
    return makeMeasured(flood, seen);
  } finally {
    signal.removeEventListener("abort", stop);
    watch?.close();
    flood.stop();
    await flooding;
  }
}

/**
 * Measures the server and the flood while it goes on.
 *
 * @param over aborts when the flood, or the server, is over
 */
async function measure(
  flood: RunningFlood,
  watch: TreeWatch | undefined,
  { conns, settleMs, durationMs, threads, onlySettled }: Load,
  signal: AbortSignal,
  over: AbortSignal,
): Promise<{ usage: Usage | undefined; floodCpuShare: number; isInVain: boolean }> {
  await flood.warm;
  watch?.begin();
  const beganMs = performance.now();
  const beganSeconds = ownCpuSeconds();
  // Where nobody has had an answer by now, there is nothing to be measured.
  const { served, answered } = flood.measurements;
  const isInVain = settleMs > 0 && (onlySettled ? answered < conns : served === 0);
  if (!isInVain) {
    await delay(durationMs, { signal: AbortSignal.any([signal, over]) }).catch(() => {});
  }
  signal.throwIfAborted();
  const usage = watch?.end();
  const cpus = (ownCpuSeconds() - beganSeconds) * 1_000 / (performance.now() - beganMs);
  return { usage, floodCpuShare: cpus / threads, isInVain };
}

/** CPU time of this process, which does nothing but flood and watch. */
function ownCpuSeconds(): number {
  const { userSeconds, systemSeconds } = readResourceUsage(false);
  return userSeconds + systemSeconds;
}

function makeFlood(load: Load, port: number): RunningFlood {
  // The heat ends it when it has measured long enough.
  const options = { ...load, host: "127.0.0.1", port, durationMs: Infinity };
  return hasSystemCalls() ? new LibcFlood(options, load.threads) : new Flood(options);
}
