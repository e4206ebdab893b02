import type { ServerContext } from "./context.ts";

/** At most one such line in this time: under load there would be one for each message. */
const PAUSE_MS = 1_000;

/** @returns a function that says who held up all others, and for how long */
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
