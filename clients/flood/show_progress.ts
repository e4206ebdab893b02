import type { Messages } from "../../cli/messages.ts";
import { formatMs } from "../../cli/milliseconds.ts";
import { StatusLines } from "../../cli/status_lines.ts";
import type { FloodOptions } from "./options.ts";
import type { RunningFlood } from "./running_flood.ts";

const UPDATE_MS = 200;

/**
 * Shows the progress of a flood in one line of the terminal, and nothing where there is no terminal.
 *
 * @returns a function that stops this and clears the line
 */
export function showProgress(
  flood: RunningFlood,
  { reconnectAfter }: Pick<FloodOptions, "reconnectAfter">,
  { flood: texts }: Messages,
): () => void {
  if (!Deno.stderr.isTerminal()) return () => {};
  const lines = new StatusLines();
  let before = { finished: 0, messagesEchoed: 0 };
  let beforeMs = performance.now();
  const timer = setInterval(() => {
    const { refused, finished, messagesEchoed, roundTrips } = flood.measurements;
    const nowMs = performance.now();
    const perSecond = (count: number) => Math.round(count / (nowMs - beforeMs) * 1_000);
    const line = texts.progress({
      connected: flood.connected,
      refused,
      waiting: flood.waiting,
      connectionsPerSecond: reconnectAfter < Infinity
        ? perSecond(finished - before.finished)
        : undefined,
      messagesPerSecond: perSecond(messagesEchoed - before.messagesEchoed),
      latency: roundTrips.count === 0 ? "–" : formatMs(roundTrips.percentileMs(50)),
    });
    before = { finished, messagesEchoed };
    beforeMs = nowMs;
    lines.draw([line]);
  }, UPDATE_MS);
  return () => {
    clearInterval(timer);
    lines.clear();
  };
}
