import type { ServerContext } from "./context.ts";

/** At most one notice in this time: under load there would be one for each message. */
const PAUSE_MS = 1_000;

/**
 * Reports coroutines that keep their thread for long, at most one a second.
 *
 * @returns a function that takes the coroutine and for how many milliseconds it held up all others
 */
export function heldUpNotices(
  { notify }: Pick<ServerContext, "notify">,
): (who: { toString(): string }, heldMs: number) => void {
  let toldAtMs = -Infinity;
  let untold = 0;
  return (who, heldMs) => {
    const nowMs = performance.now();
    if (nowMs - toldAtMs < PAUSE_MS) {
      untold++;
      return;
    }
    notify({ kind: "held-up", who: String(who), heldMs: Math.round(heldMs), untold });
    toldAtMs = nowMs;
    untold = 0;
  };
}
