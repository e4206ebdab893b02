// @ts-types="../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import {
  DownloadError,
  isTemporary,
  MAX_PAUSE_MS,
  type Reason,
  wantsLongPause,
} from "./reasons.ts";

/** The pause before the first retry; before each further one it is twice as long. */
const FIRST_PAUSE_MS = 500;

/** How often to try again, and whom to notify. */
export interface RetryOptions {
  /** How often it may fail in a row without any progress. */
  readonly retries: number;
  /** The offset from which the next attempt resumes. */
  reached(): number;
  /** Ends the pauses. */
  readonly stop: AbortSignal;
  /** Called before each pause. */
  retrying(reason: Reason, pauseMs: number): void;
  /** {@linkcode FIRST_PAUSE_MS} by default; tests shorten it. */
  readonly firstPauseMs?: number;
}

/**
 * Calls `attempt` until it succeeds, or fails for good. An attempt that comes further than any before it
 * resets the count of failures. This ends, since a file has an end.
 */
export async function withRetries(
  attempt: () => Promise<void>,
  { retries, reached, stop, retrying, firstPauseMs = FIRST_PAUSE_MS }: RetryOptions,
): Promise<void> {
  let furthest = reached();
  for (let retry = 0;; retry++) {
    try {
      return await attempt();
    } catch (error) {
      if (reached() > furthest) [retry, furthest] = [0, reached()];
      if (retry >= retries || !(error instanceof DownloadError) || stop.aborted) throw error;
      const pauseMs = pauseAfter(error.reason, firstPauseMs * 2 ** retry);
      if (pauseMs === undefined) throw error;
      retrying(error.reason, pauseMs);
      await delay(pauseMs, { signal: stop });
    }
  }
}

/** How long to wait before the next attempt; nothing if there is to be none. */
function pauseAfter(reason: Reason, backOffMs: number): number | undefined {
  if (!isTemporary(reason) || wantsLongPause(reason)) return undefined;
  const askedMs = reason.kind === "status" ? reason.retryAfterMs : undefined;
  return Math.max(askedMs ?? 0, Math.min(backOffMs, MAX_PAUSE_MS));
}
