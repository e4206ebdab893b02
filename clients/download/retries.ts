// @ts-types="../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import { DownloadError, isTemporary, type Reason } from "./reasons.ts";

/** The pause before the first retry; before each further one it is twice as long. */
const FIRST_PAUSE_MS = 500;
/** The longest pause, even if the server asks for a longer one: then there is no retry. */
const LONGEST_PAUSE_MS = 60_000;

/** How often something is tried again, and who wants to know. */
export interface RetryOptions {
  readonly retries: number;
  /** Ends the pauses. */
  readonly stop: AbortSignal;
  /** Is told before each pause. */
  retrying(reason: Reason, pauseMs: number): void;
  /** {@linkcode FIRST_PAUSE_MS} unless told otherwise, which tests do. */
  readonly firstPauseMs?: number;
}

/** Calls `attempt` until it succeeds, or fails for good. */
export async function withRetries(
  attempt: () => Promise<void>,
  { retries, stop, retrying, firstPauseMs = FIRST_PAUSE_MS }: RetryOptions,
): Promise<void> {
  for (let retry = 0;; retry++) {
    try {
      return await attempt();
    } catch (error) {
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
  if (!isTemporary(reason)) return undefined;
  const askedMs = reason.kind === "status" ? reason.retryAfterMs : undefined;
  if (askedMs === undefined) return Math.min(backOffMs, LONGEST_PAUSE_MS);
  return askedMs <= LONGEST_PAUSE_MS ? askedMs : undefined;
}
