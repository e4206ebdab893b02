import type { Sweep } from "./sweep.ts";

/** The latency of a server at each rate. */
export interface Curve {
  readonly name: string;
  /** By rising rates. */
  readonly points: readonly {
    readonly rate: number;
    readonly ms: number;
    readonly isHeld: boolean;
  }[];
}

/** The 99th percentiles by rate. Of a rate that was tried twice, the last counts. */
export function curvesOf(sweeps: readonly Sweep[]): Curve[] {
  return sweeps.map(({ name, steps }) => {
    const byRate = new Map(steps.map((step) => [step.rate, step]));
    const points = [...byRate.values()].sort((a, b) => a.rate - b.rate)
      .flatMap(({ rate, p99Ms: ms, isHeld }) => ms === undefined ? [] : [{ rate, ms, isHeld }]);
    return { name, points };
  }).filter(({ points }) => points.length > 0);
}
