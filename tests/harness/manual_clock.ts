import type { Loop } from "../../servers/coroutines/gevent/mod.ts";

/**
 * A clock that a test controls. Whoever waits on it makes its time go by, at once: so an hour of
 * sleep takes no time, and comes out as exactly an hour.
 */
export class ManualClock implements Loop {
  readonly isWatching = false;
  /** It never waits, so no callback of JavaScript's runs. */
  readonly hasTimers = false;
  #nowMs = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  wait(timeoutMs: number): void {
    if (timeoutMs === Infinity) throw new Error("nothing would ever end this wait");
    this.#nowMs += timeoutMs;
  }

  wake(): void {}

  /** Time goes by while somebody computes, or sleeps with the whole thread. */
  advance(ms: number): void {
    this.#nowMs += ms;
  }
}
