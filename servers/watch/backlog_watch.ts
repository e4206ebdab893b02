import type { Address } from "../sockets/interface.ts";
import { Backlog } from "./backlog.ts";

/** Reading the list of clients takes at most this share of the time. */
const MAX_SHARE = 0.005;
/** The same right after the length has changed. With many connections, each reading visits all of them. */
const MAX_SHARE_IN_CHANGE = 0.05;
const MIN_PAUSE_MS = 100;

/** Polls a backlog: its length each time, and its clients the less often the longer that takes. */
export class BacklogWatch implements Disposable {
  readonly #backlog: Backlog;
  #length: number | null = null;
  /** Of the last reading of the clients: the length, the time, and how long it took. */
  #readLength: number | null = null;
  #readMs = -Infinity;
  #tookMs = 0;

  /** @param address of the listener */
  constructor(address: Address) {
    this.#backlog = new Backlog(address);
  }

  /** The length at the last poll; `null` where the system does not report it. */
  get length(): number | null {
    return this.#length;
  }

  /** How old the list of clients is, in milliseconds. */
  ageMs(timeMs: number): number {
    return this.#length === null ? 0 : timeMs - this.#readMs;
  }

  /**
   * Reads the length, and the list of clients when that is due.
   *
   * @param timeMs the present time
   * @returns the addresses of the clients; `undefined` when the list was not read
   */
  poll(timeMs: number): readonly string[] | undefined {
    this.#length = this.#backlog.length();
    if (this.#length === null || !this.#isDue(timeMs)) return undefined;
    const beganMs = performance.now();
    const peers = this.#length === 0 ? [] : this.#backlog.peers();
    this.#tookMs = performance.now() - beganMs;
    this.#readMs = timeMs;
    this.#readLength = this.#length;
    return peers ?? undefined;
  }

  /** Returns the addresses of the clients that are connected, and wait no more. */
  accepted(): readonly string[] {
    return this.#backlog.peers(true) ?? [];
  }

  [Symbol.dispose](): void {
    this.#backlog[Symbol.dispose]();
  }

  #isDue(timeMs: number): boolean {
    const hasChanged = this.#length !== this.#readLength;
    const pauseMs = hasChanged
      ? this.#tookMs / MAX_SHARE_IN_CHANGE
      : Math.max(MIN_PAUSE_MS, this.#tookMs / MAX_SHARE);
    return this.#length === 0 || timeMs >= this.#readMs + pauseMs;
  }
}
