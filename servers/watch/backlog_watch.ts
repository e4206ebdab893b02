import { readBacklog } from "./backlog.ts";

/** A look takes at most this share of the time. */
const MOST_SHARE = 0.02;
const LEAST_PAUSE_MS = 100;

/** Looks into a backlog, the more seldom the longer it takes. */
export class BacklogWatch {
  readonly #port: number;
  #length: number | null = null;
  #nextMs = 0;

  constructor(port: number) {
    this.#port = port;
  }

  /** How many there were; `null` where the system does not tell. */
  get length(): number | null {
    return this.#length;
  }

  /** Who is in it, or `undefined` when it is not time to look, or not told. */
  look(timeMs: number): readonly string[] | undefined {
    if (timeMs < this.#nextMs) return undefined;
    const beganMs = performance.now();
    const backlog = readBacklog(this.#port);
    const tookMs = performance.now() - beganMs;
    this.#nextMs = timeMs + Math.max(LEAST_PAUSE_MS, tookMs / MOST_SHARE);
    this.#length = backlog?.length ?? null;
    return backlog?.peers;
  }
}
