import { LONGEST_WAIT_MS } from "../../sockets/interface.ts";

/** Where a hub waits when no greenlet can go on. */
export interface Loop {
  /** The time in milliseconds, which never goes back. */
  nowMs(): number;
  /**
   * Waits until something happens, at most `timeoutMs` (`Infinity`: no limit), and resumes the
   * greenlets that it happened for. May also return earlier.
   */
  wait(timeoutMs: number): void | Promise<void>;
  /** Whether a greenlet waits for anything that could happen. */
  readonly isWatching: boolean;
}

/**
 * A loop without sockets: nothing happens but that time goes by.
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

  nowMs(): number {
    return performance.now();
  }

  wait(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, Math.min(timeoutMs, LONGEST_WAIT_MS)));
  }
}
