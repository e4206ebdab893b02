// @ts-types="../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import { MAX_CONNECTING } from "./options.ts";

/** Lets connections be opened at the wanted rate, and only so many at once. First come, first served. */
export class OpeningGate {
  readonly #connectRate: number;
  readonly #end: AbortSignal;
  readonly #startedMs = performance.now();
  readonly #queue: (() => void)[] = [];
  #entered = 0;
  #within = 0;

  /**
   * @param connectRate how many per second
   * @param end aborts when no more are to be opened, and nobody is to wait any longer
   */
  constructor(connectRate: number, end: AbortSignal) {
    this.#connectRate = connectRate;
    this.#end = end;
  }

  /** Waits for its turn; {@linkcode leave} must follow. */
  async enter(): Promise<void> {
    if (this.#within >= MAX_CONNECTING) {
      await new Promise<void>((resolve) => this.#queue.push(resolve)); // leave() hands its place on
    } else this.#within++;
    const dueMs = this.#startedMs + this.#entered++ * 1_000 / this.#connectRate;
    const pauseMs = dueMs - performance.now();
    if (pauseMs > 0) await delay(pauseMs, { signal: this.#end }).catch(() => {});
  }

  /** The connection is open, or refused. */
  leave(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#within--;
    else next();
  }
}
