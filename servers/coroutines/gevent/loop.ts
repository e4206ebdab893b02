import { LONGEST_WAIT_MS } from "../../sockets/interface.ts";

/** Where a hub waits when no greenlet can go on. */
export interface Loop {
  /** The time in milliseconds, which never goes back. */
  nowMs(): number;
  /**
   * Waits until something happens, at most `timeoutMs` (`Infinity`: no limit), and resumes the
   * greenlets that it happened for. May also return earlier.
   *
   * @param hears whether JavaScript's own callbacks must be heard meanwhile: promises and timers
   */
  wait(timeoutMs: number, hears: boolean): void | Promise<void>;
  /** Ends a wait that goes on, because a greenlet can go on. */
  wake(): void;
  /** Whether a timer of JavaScript's may be about to wake a greenlet; `undefined` if nobody tells. */
  readonly hasTimers: boolean | undefined;
  /** Whether a greenlet waits for anything that could happen. */
  readonly isWatching: boolean;
}

/**
 * Whether `setTimeout` or `setInterval` has something to call; `undefined` with Deno 2.5, which does not
 * tell.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * const timer = setTimeout(() => {}, 1_000);
 * assert(hasTimers() ?? true);
 * clearTimeout(timer);
 * ```
 */
export function hasTimers(): boolean | undefined {
  // The global of Node's, which nothing loads before it is asked for.
  const { process } = globalThis as { process?: { getActiveResourcesInfo?(): string[] } };
  return process?.getActiveResourcesInfo?.().includes("Timeout");
}

/**
 * A loop without sockets: nothing happens but that time goes by, and what JavaScript calls back.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * const loop = new ClockLoop();
 * const beganMs = loop.nowMs();
 * await loop.wait(5);
 * assert(loop.nowMs() > beganMs);
 * ```
 */
export class ClockLoop implements Loop {
  readonly isWatching = false;
  #wake: () => void = () => {};

  get hasTimers(): boolean | undefined {
    return hasTimers();
  }

  nowMs(): number {
    return performance.now();
  }

  async wait(timeoutMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    // Before the timer: the first one of a thread loads code, which lets promises settle meanwhile.
    this.#wake = resolve;
    const timer = setTimeout(resolve, Math.min(timeoutMs, LONGEST_WAIT_MS));
    await promise;
    clearTimeout(timer);
  }

  wake(): void {
    this.#wake();
  }
}
