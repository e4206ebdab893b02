import type { Messages } from "../../cli/messages.ts";
import { StatusLines } from "../../cli/status_lines.ts";
import type { RunningFlood } from "./running_flood.ts";
import { formatMs } from "./results.ts";

const UPDATE_MS = 200;

/**
 * Shows the progress of a flood in one line of the terminal, and nothing where there is no terminal.
 *
 * @returns a function that stops this and clears the line
 */
export function showProgress(flood: RunningFlood, { flood: texts }: Messages): () => void {
  if (!Deno.stderr.isTerminal()) return () => {};
  const lines = new StatusLines();
  let before = 0;
  let beforeMs = performance.now();
  const timer = setInterval(() => {
    const { refused, messagesEchoed, roundTrips } = flood.measurements;
    const nowMs = performance.now();
    const line = texts.progress({
      connected: flood.connected,
      refused,
      waiting: flood.waiting,
      messagesPerSecond: Math.round((messagesEchoed - before) / (nowMs - beforeMs) * 1_000),
      latency: roundTrips.count === 0 ? "–" : formatMs(roundTrips.percentileMs(50)),
    });
    before = messagesEchoed;
    beforeMs = nowMs;
    lines.draw([line]);
  }, UPDATE_MS);
  return () => {
    clearInterval(timer);
    lines.clear();
  };
}
