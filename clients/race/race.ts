/**
 * A race: each entrant runs a heat, and when all have, the next round begins, in another order. So what
 * the machine does besides meets all alike: what comes and goes within a round, too, favors nobody.
 *
 * @module
 */

import { shuffle } from "simple-statistics";
import type { Entrant } from "./entrants.ts";
import type { Discipline } from "./figures.ts";
import { type Heat, type Load, runHeat } from "./heat.ts";
import { randomFrom } from "./random.ts";

/** What was the same for all. */
export interface Conditions {
  readonly discipline: Discipline;
  readonly conns: number;
  /** How many connections each client opens one after another, where they come and go. */
  readonly connectionsEach?: number;
  readonly sizeBytes: number;
  readonly durationMs: number;
  /** How long first answers are waited for at most, before the warm-up. */
  readonly settleMs: number;
  readonly warmupMs: number;
  readonly rounds: number;
  readonly handler: string;
  /** Messages per second on each connection; as many as go if there is none. */
  readonly rate?: number;
  /** The path that is asked for by HTTP, in place of messages that come back. */
  readonly http?: string;
  readonly sleepMs: number;
  readonly cpuMs: number;
  readonly floodThreads: number;
}

/** How many connections a server is to serve in a heat. */
export function connectionsWanted({ conns, connectionsEach = 1 }: Conditions): number {
  return conns * connectionsEach;
}

/** What a race has come to so far. */
export interface RaceResults {
  /** The heats of each, from the first round on, one for each round that it took part in. */
  readonly heats: ReadonlyMap<Entrant, readonly Heat[]>;
  /** From which the orders were drawn. */
  readonly seed: number;
  /** In which order they ran, round by round. */
  readonly orders: readonly (readonly Entrant[])[];
  /** How many heats were run, and how many there were to be. */
  readonly heatsDone: number;
  readonly heatsAll: number;
}

/** How far a race is. */
export interface RaceProgress {
  readonly round: number;
  readonly rounds: number;
  /** The entrant of this heat. */
  readonly entrant: Entrant;
  readonly heatsDone: number;
  readonly heatsAll: number;
}

/**
 * Runs a race.
 *
 * @param seed from which the order of each round is drawn
 * @param signal ends it early; the heat in progress does not count
 * @param onProgress called before each heat
 */
export async function runRace(
  entrants: readonly Entrant[],
  { rounds, seed }: { readonly rounds: number; readonly seed: number },
  load: Load,
  signal: AbortSignal,
  onProgress: (progress: RaceProgress) => void,
): Promise<RaceResults> {
  const heats = new Map<Entrant, Heat[]>(entrants.map((entrant) => [entrant, []]));
  const random = randomFrom(seed);
  const orders: Entrant[][] = [];
  let heatsAll = entrants.length * rounds;
  let heatsDone = 0;
  try {
    for (let round = 1; round <= rounds; round++) {
      const order: Entrant[] = [];
      orders.push(order);
      for (const [entrant, itsHeats] of shuffle([...heats], random)) {
        signal.throwIfAborted();
        // Waiting for it once more would only waste time.
        if (isHopeless(itsHeats)) continue;
        order.push(entrant);
        onProgress({ round, rounds, entrant, heatsDone, heatsAll });
        itsHeats.push(await runHeat(entrant, load, signal));
        heatsDone++;
        if (isHopeless(itsHeats)) heatsAll -= rounds - round;
      }
    }
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
  }
  return { heats, seed, orders, heatsDone, heatsAll };
}

/** Whether it never got as far as to listen. */
function isHopeless(heats: readonly Heat[]): boolean {
  const last = heats.at(-1);
  return last !== undefined && "failure" in last &&
    (last.failure.kind === "silent" || last.failure.kind === "ended-early");
}
