import type { Address } from "../sockets/interface.ts";
import { Backlog } from "./backlog.ts";

/** Looks at who waits take at most this share of the time, unless somebody has come or gone. */
const MAX_SHARE = 0.005;
/** And so much of it then: with many connections, each look goes through all of them. */
const MAX_SHARE_IN_CHANGE = 0.05;
const MIN_PAUSE_MS = 100;

/** Looks into a backlog: how many wait at every look, and who they are the more seldom the longer it takes. */
export class BacklogWatch implements Disposable {
  readonly #backlog: Backlog;
  #length: number | null = null;
  /** How many there were when it was looked who they are, when that was, and how long it took. */
  #lookedLength: number | null = null;
  #lookedMs = -Infinity;
  #tookMs = 0;

  constructor(address: Address) {
    this.#backlog = new Backlog(address);
  }

  /** How many there were; `null` where the system does not tell. */
  get length(): number | null {
    return this.#length;
  }

  /** How old it is what is known of who they are. */
  ageMs(timeMs: number): number {
    return this.#length === null ? 0 : timeMs - this.#lookedMs;
  }

  /** Who is in it, or `undefined` when it is not time to look, or not told. */
  look(timeMs: number): readonly string[] | undefined {
    this.#length = this.#backlog.length();
    if (this.#length === null || !this.#isDue(timeMs)) return undefined;
    const beganMs = performance.now();
    // Of an empty backlog it is known who is in it.
    const peers = this.#length === 0 ? [] : this.#backlog.peers();
    this.#tookMs = performance.now() - beganMs;
    this.#lookedMs = timeMs;
    this.#lookedLength = this.#length;
    return peers ?? undefined;
  }

  [Symbol.dispose](): void {
    this.#backlog[Symbol.dispose]();
  }

  #isDue(timeMs: number): boolean {
    const hasChanged = this.#length !== this.#lookedLength;
    const pauseMs = hasChanged
      ? this.#tookMs / MAX_SHARE_IN_CHANGE
      : Math.max(MIN_PAUSE_MS, this.#tookMs / MAX_SHARE);
    return this.#length === 0 || timeMs >= this.#lookedMs + pauseMs;
  }
}
