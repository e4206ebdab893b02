import type { Address } from "../sockets/interface.ts";
import { readBacklog } from "./backlog.ts";

/** Looks take at most this share of the time: the system goes through all its connections for each. */
const MOST_SHARE = 0.005;
const LEAST_PAUSE_MS = 100;

/** Looks into a backlog, the more seldom the longer it takes. */
export class BacklogWatch {
  readonly #address: Address;
  #length: number | null = null;
  #nextMs = 0;

  constructor(address: Address) {
    this.#address = address;
  }

  /** How many there were; `null` where the system does not tell. */
  get length(): number | null {
    return this.#length;
  }

  /** Who is in it, or `undefined` when it is not time to look, or not told. */
  look(timeMs: number): readonly string[] | undefined {
    if (timeMs < this.#nextMs) return undefined;
    const beganMs = performance.now();
    const backlog = readBacklog(this.#address);
    const tookMs = performance.now() - beganMs;
    this.#nextMs = timeMs + Math.max(LEAST_PAUSE_MS, tookMs / MOST_SHARE);
    this.#length = backlog?.length ?? null;
    return backlog?.peers;
  }
}
