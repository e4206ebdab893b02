import { readResourceUsage } from "../../servers/runtime/resource_usage.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { Flood } from "../flood/flood.ts";
import { notSuccessful } from "../flood/findings.ts";
import { LibcFlood } from "../flood/libc/flood.ts";
import type { FloodOptions } from "../flood/options.ts";
import { PERCENTILES } from "../flood/durations.ts";
import type { Trial } from "./search.ts";

/** How the floods of a sweep go, but for the rate. */
export interface StepOptions extends Omit<FloodOptions, "totalRate"> {
  readonly threads: number;
  /** What the latency may be that 99 % of the messages do not exceed. */
  readonly limitMs: number;
}

/** Why a rate was not held. */
export type Reason = "latency" | "missing" | "unserved" | "gone";

/** A rate, and what came of it. */
export interface Step extends Trial {
  readonly answeredPerSecond: number;
  /** By {@linkcode PERCENTILES}; empty when nothing was answered. */
  readonly percentilesMs: readonly number[];
  readonly p99Ms: number | undefined;
  /** Messages without a right answer, and connections that were refused or lost. */
  readonly missing: number;
  readonly reason?: Reason;
  /** Which part of the CPUs that it has threads for the flood itself took. */
  readonly floodCpuShare: number;
}

/**
 * Floods at a rate of messages per second over all connections.
 *
 * @param signal ends it early
 */
export async function runStep(
  rate: number,
  { threads, limitMs, ...load }: StepOptions,
  signal: AbortSignal,
): Promise<Step> {
  const options = { ...load, totalRate: rate };
  const flood = hasSystemCalls() ? new LibcFlood(options, threads) : new Flood(options);
  const stop = () => flood.stop();
  signal.addEventListener("abort", stop);
  const [beganMs, beganCpu] = [performance.now(), cpuSeconds()];
  try {
    await flood.run();
  } finally {
    signal.removeEventListener("abort", stop);
  }
  const cpus = (cpuSeconds() - beganCpu) * 1_000 / (performance.now() - beganMs);
  const { measurements: m, elapsedMs } = flood;
  const p99Ms = m.roundTrips.count === 0 ? undefined : m.roundTrips.percentileMs(99);
  const missing = m.messagesUnanswered + m.refused + m.lost + m.wrongBytes + notSuccessful(m);
  const reason = reasonOf();
  return {
    rate,
    isHeld: reason === undefined,
    isLast: reason === "gone",
    ...reason === undefined ? {} : { reason },
    answeredPerSecond: m.messagesEchoed / Math.max(1, elapsedMs) * 1_000,
    percentilesMs: p99Ms === undefined
      ? []
      : PERCENTILES.map((percentile) => m.roundTrips.percentileMs(percentile)),
    p99Ms,
    missing,
    floodCpuShare: cpus / threads,
  };

  function reasonOf(): Reason | undefined {
    if (m.opened === 0 && !signal.aborted) return "gone";
    if (missing > 0) return "missing";
    if (p99Ms === undefined || m.opened - m.served - m.unasked > 0) return "unserved";
    return p99Ms > limitMs || m.messagesOverdue > 0 ? "latency" : undefined;
  }
}

/** CPU time of this process, which does little but flood. */
function cpuSeconds(): number {
  const { userSeconds, systemSeconds } = readResourceUsage(false);
  return userSeconds + systemSeconds;
}
