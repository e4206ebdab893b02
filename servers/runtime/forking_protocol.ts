/**
 * What a server that forks is started with.
 *
 * @module
 */

import type { ServerSetup, SharedProcessMemory } from "../context/protocol.ts";

/** Descriptors that the process inherits: the memory, and where its messages go, one a line. */
export const FORKING_DESCRIPTORS = { memory: 3, messages: 4 };

/**
 * The variable that says how many arenas malloc makes, which reads it at its first call. Otherwise it makes one for
 * each of the first threads, all of which a fork copies: only the thread that forks has something to do.
 */
export const ARENAS = "MALLOC_ARENA_MAX";

/** JSON has no `Infinity`. */
const INFINITE = "Infinity";

/** The setup without what is memory, which another process has elsewhere. */
export interface ForkingSetup extends
  Omit<
    ServerSetup,
    "stats" | "trace" | "controls" | "descriptors" | "processMemory"
  > {
  readonly parentPid: number;
  readonly isWatched: boolean;
  /** Whether {@linkcode ARENAS} is this server's, and none of the business of programs that it starts. */
  readonly hasOneArena: boolean;
  readonly sizes: SharedProcessMemory["sizes"];
}

/** The setup as an argument of a command. */
export function formatForkingSetup(setup: ForkingSetup): string {
  return JSON.stringify(setup, (_, value) => value === Infinity ? INFINITE : value);
}

/** @param json what {@linkcode formatForkingSetup} made */
export function parseForkingSetup(json: string): ForkingSetup {
  return JSON.parse(json, (_, value) => value === INFINITE ? Infinity : value);
}
